import type { Clock, Timer } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { MemoryAccount } from '../../base/memory-budget.ts';
import type { Channel, Receiver } from '../../channel/channel.ts';
import { ABNORMAL, type CloseStatus, mayTravel } from '../../protocol/close.ts';
import { CLOSES } from '../../protocol/close-table.ts';
import type { Message } from '../../protocol/message.ts';
import { CLIENT_COMMANDS, type Frame, makeFrame, SERVER_COMMANDS } from '../frame.ts';
import { FrameReader } from '../frame-reader.ts';
import { readConnectHeaders } from '../headers.ts';
import { agree, type Beats, BROKER_LATE, HeartBeat, NO_BEATS, readBeats } from '../heart-beat.ts';
import type { FrameLimits } from '../limits.ts';
import { logStompError, type StompClient } from '../log-error.ts';
import { FrameParser } from '../parser.ts';
import { EOL, toMessage } from '../serializer.ts';
import { memoryError, StompError } from '../stomp-error.ts';
import { asVersion, type Version } from '../version.ts';
import { connectedFor, type Rules } from './rules.ts';

/**
 * Bytes of a frame, and of everything that waits, that are taken from a client before the broker
 * has accepted it. A long token fits.
 */
const MAX_BEFORE_CONNECTED = 96 * 1024;

/**
 * `new`: the client has not sent CONNECT. `connecting`: the broker has not answered it. `answered`:
 * the broker sent something else than CONNECTED, such as an ERROR.
 */
type State = 'new' | 'connecting' | 'answered' | 'connected' | 'ended';

const TRANSITIONS: Readonly<Record<State, readonly State[]>> = {
  new: ['connecting', 'answered', 'connected', 'ended'],
  connecting: ['answered', 'connected', 'ended'],
  answered: ['connected', 'ended'],
  connected: ['connected', 'ended'],
  ended: [],
};

/** What a relay gives to each of its sessions. */
export interface RelayContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly client: Omit<StompClient, 'login'>;
  /** What is held on behalf of the client. Closed at the end. */
  readonly account: MemoryAccount;
  readonly rules: Rules;
  readonly frame: FrameLimits;
  /**
   * Heart-beats between the gateway and the broker. Absent: the client exchanges its own with the
   * broker.
   */
  readonly beats: Beats | undefined;
  /** Milliseconds until the broker must have answered CONNECT. */
  readonly connectTimeout: number;
  /** The broker did not answer CONNECT: it closed the connection, or took too long. */
  unanswered(): void;
}

/**
 * Joins a client with a broker, frame by frame. STOMP is parsed in both directions, and a message
 * is one whole frame however it was cut. While one side takes no more, the other is not read, as in
 * `pipe`.
 */
export class RelaySession {
  readonly #client: Channel;
  readonly #broker: Channel;
  readonly #context: RelayContext;
  readonly #clientParser: FrameParser;
  readonly #fromClient: FrameReader;
  readonly #fromBroker: FrameReader;
  #state: State = 'new';
  /**
   * Settled by the broker's CONNECTED. Frames wait for it, because it determines how to read them.
   */
  #version: Version | undefined;
  #answerTimer: Timer;
  #login: string | undefined;
  /** Frames received from the client. */
  #count = 0;
  #heartBeat: HeartBeat | undefined;
  /** The client's close status if the broker ends the connection without one. */
  #ending: CloseStatus = CLOSES.brokerGone;

  constructor(client: Channel, broker: Channel, context: RelayContext) {
    this.#client = client;
    this.#broker = broker;
    this.#context = context;
    const { clock, frame } = context;
    const atFirst = { ...frame, maxFrame: Math.min(MAX_BEFORE_CONNECTED, frame.maxFrame) };
    this.#clientParser = new FrameParser(CLIENT_COMMANDS, atFirst, {
      frame: (frame) => this.#clientSent(frame),
      heartBeat: () => {},
    });
    // Lenient: a broker passes on what some program wrote, and from a queue until it is
    // acknowledged.
    const brokerParser = new FrameParser(
      SERVER_COMMANDS,
      frame,
      { frame: (frame) => this.#brokerSent(frame), heartBeat: () => this.#passBeat(client) },
      true,
    );
    this.#fromClient = new FrameReader(this.#clientParser, client, clock, (error) =>
      this.#failFor(error, 'client'),
    );
    this.#fromBroker = new FrameReader(brokerParser, broker, clock, (error) =>
      this.#failFor(error, 'broker'),
    );
    client.attach(this.#clientReceiver());
    broker.attach(this.#brokerReceiver());
  }

  #clientReceiver(): Receiver {
    return {
      message: (message) => this.#fromClientArrived(message.bytes),
      drained: () => {
        this.#heartBeat?.heard();
        this.#fromBroker.resume();
      },
      closed: (status) => {
        this.#end();
        this.#broker.close(mayTravel(status.code) ? status : CLOSES.goingAway);
        this.#client.close(status);
      },
    };
  }

  #brokerReceiver(): Receiver {
    return {
      message: (message) => {
        this.#heartBeat?.heard();
        this.#fromBroker.push(message.bytes);
        this.#countMemory();
      },
      drained: () => {
        if (this.#version !== undefined) this.#fromClient.resume();
      },
      closed: (status) => {
        if (this.#state === 'connecting') this.#context.unanswered();
        this.#end();
        this.#client.close(mayTravel(status.code) ? status : this.#ending);
        this.#broker.close(status);
      },
    };
  }

  // --- client to broker ---

  #fromClientArrived(bytes: Buffer): void {
    const before = this.#count;
    this.#fromClient.push(bytes);
    if (this.#version === undefined && this.#fromClient.waiting > MAX_BEFORE_CONNECTED) {
      this.#fail(new StompError('GW_STOMP_LIMIT', 'too much before CONNECTED'), CLOSES.goingAway);
    }
    // A heart-beat, or a part of a frame, which counts as one: while a long frame takes its time on
    // a slow line, the client cannot send anything else.
    if (this.#count === before) this.#passBeat(this.#broker);
    this.#countMemory();
  }

  #clientSent(frame: Frame): void {
    this.#count++;
    if (this.#state === 'new') this.#connect(frame);
    else if (this.#version !== undefined) this.#toBroker(this.#context.rules.apply(frame, this.#version));
    // The broker answers DISCONNECT by closing the connection: that is no failure.
    if (frame.command === 'DISCONNECT') this.#ending = CLOSES.normal;
  }

  #connect(frame: Frame): void {
    if (frame.command !== 'CONNECT' && frame.command !== 'STOMP') {
      throw new StompError('GW_STOMP_COMMAND', 'not connected');
    }
    this.#enter('connecting');
    this.#login = readConnectHeaders(frame).get('login')?.slice(0, 64);
    const { beats, clock, connectTimeout, rules } = this.#context;
    this.#answerTimer = clock.setTimeout(() => this.#isUnanswered(), connectTimeout);
    this.#fromClient.wait();
    this.#toBroker(rules.connect(frame, beats));
  }

  #isUnanswered(): void {
    this.#context.unanswered();
    this.#fail(new StompError('GW_STOMP_BROKER', 'no answer of the broker'), ABNORMAL);
  }

  #toBroker(frame: Frame): void {
    if (this.#state === 'ended') return;
    this.#heartBeat?.sent();
    if (!this.#broker.send(toMessage(frame))) this.#fromClient.pause();
  }

  // --- broker to client ---

  #brokerSent(frame: Frame): void {
    this.#context.clock.clearTimeout(this.#answerTimer);
    if (frame.command === 'CONNECTED') {
      this.#connected(frame);
      return;
    }
    if (this.#state !== 'connected' && this.#state !== 'answered') this.#enter('answered');
    if (frame.command === 'ERROR') this.#ending = CLOSES.stompError;
    this.#toClient(toMessage(frame));
  }

  #connected(frame: Frame): void {
    const { beats, clock } = this.#context;
    const version = asVersion(frame.headers.get('version') ?? '1.0');
    if (version === undefined) throw new StompError('GW_STOMP_BROKER', 'unknown version of the broker');
    this.#enter('connected');
    this.#version = version;
    this.#clientParser.limits = this.#context.frame;
    this.#toClient(toMessage(connectedFor(frame, beats && NO_BEATS)));
    if (beats) {
      const agreed = agree(beats, readBeats(frame.headers.get('heart-beat')));
      this.#heartBeat?.stop();
      this.#heartBeat = new HeartBeat(clock, agreed, BROKER_LATE, {
        beat: () => this.#broker.send(EOL),
        silent: () => this.#brokerIsSilent(),
      });
    }
    this.#fromClient.resume();
  }

  #toClient(message: Message): void {
    if (this.#state === 'ended' || this.#client.send(message)) return;
    this.#fromBroker.pause();
  }

  #brokerIsSilent(): void {
    // It is not silent but unread: the client takes no more.
    if (this.#fromBroker.isHoldingBack) return;
    this.#fail(new StompError('GW_STOMP_BROKER', 'no heart-beat of the broker'), ABNORMAL);
  }

  // --- both ---

  /**
   * Heart-beats pass end to end if the client has a WebSocket. A fallback client has
   * agreed to none.
   */
  #passBeat(to: Channel): void {
    if (this.#state !== 'connected' || this.#context.beats) return;
    if (to === this.#client) this.#toClient(EOL);
    else if (!to.send(EOL)) this.#fromClient.pause();
  }

  #countMemory(): void {
    if (this.#state === 'ended') return;
    const { account } = this.#context;
    const before = account.bytes;
    account.set(this.#fromClient.weight + this.#fromBroker.weight);
    if (account.bytes > before && !account.hasRoom(0)) this.#fail(memoryError(), CLOSES.goingAway);
  }

  /** What cannot be relayed ends this session and no other. */
  #failFor(error: unknown, from: 'client' | 'broker'): void {
    if (!(error instanceof StompError)) {
      this.#context.log.error('stomp failure', { code: 'GW_INTERNAL', reason: String(error) });
      this.#fail(new StompError('GW_INTERNAL', 'internal error'), CLOSES.goingAway);
    } else if (from === 'client') {
      this.#fail(error, CLOSES.goingAway);
    } else {
      this.#fail(new StompError('GW_STOMP_BROKER', error.message), CLOSES.goingAway);
    }
  }

  /**
   * `brokerStatus`: how the broker's connection is closed. A dead one is aborted. Otherwise the
   * valid frames before the failure still go out.
   */
  #fail(error: StompError, brokerStatus: CloseStatus): void {
    if (this.#state === 'ended') return;
    const { message, headers } = error;
    logStompError(this.#context.log, error, { ...this.#context.client, login: this.#login });
    const entries = { message, 'content-type': 'text/plain', ...headers };
    this.#client.send(toMessage(makeFrame('ERROR', entries, Buffer.from(`${message}\n`))));
    const isClients = brokerStatus === CLOSES.goingAway;
    this.#client.close(isClients ? CLOSES.stompError : CLOSES.brokerError);
    this.#broker.close(brokerStatus);
    this.#end();
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#enter('ended');
    this.#context.clock.clearTimeout(this.#answerTimer);
    this.#heartBeat?.stop();
    this.#fromClient.end();
    this.#fromBroker.end();
    this.#context.account.close();
  }

  #enter(state: State): void {
    if (!TRANSITIONS[this.#state].includes(state)) throw new Error(`${this.#state} to ${state}`);
    this.#context.log.debug('stomp state', { from: this.#state, to: state });
    this.#state = state;
  }
}
