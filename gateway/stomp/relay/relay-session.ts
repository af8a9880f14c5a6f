import type { Clock, Timer } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Channel, Receiver } from '../../channel/channel.ts';
import { ABNORMAL, CloseCode, type CloseStatus, mayTravel } from '../../protocol/close.ts';
import type { Message } from '../../protocol/message.ts';
import { CLIENT_COMMANDS, type Frame, makeFrame, SERVER_COMMANDS } from '../frame.ts';
import { agree, type Beats, BROKER_LATE, HeartBeat, NO_BEATS, readBeats } from '../heart-beat.ts';
import type { FrameLimits } from '../limits.ts';
import { FrameParser } from '../parser.ts';
import { EOL, serialize, toMessage } from '../serializer.ts';
import { StompError } from '../stomp-error.ts';
import { asVersion, type Version } from '../version.ts';
import { connectedFor, type Rules } from './rules.ts';

/** Bytes, of a frame and of all that wait, that are taken from a client before the broker has let it in. A long token fits. */
const MAX_BEFORE_CONNECTED = 96 * 1024;

/** What is kept for a frame that waits beside its bytes. */
const FRAME_SIZE = 1024;

const GOING_AWAY: CloseStatus = { code: CloseCode.goingAway, reason: '' };

/** What a relay gives to each of its sessions. */
export interface RelayContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly rules: Rules;
  readonly frame: FrameLimits;
  /** Heart-beats between the gateway and the broker; absent: the client has its own with the broker. */
  readonly beats: Beats | undefined;
  /** Milliseconds until the broker must have answered CONNECT. */
  readonly connectTimeout: number;
  /** The broker did not answer CONNECT: it ended, or its time is over. */
  unanswered(): void;
}

/**
 * Joins a client with a broker, frame by frame: STOMP is parsed in both directions, and a message is one whole frame, whatever pieces it
 * came in. Who is asked to wait is the same as in `pipe`.
 */
export class RelaySession {
  readonly #client: Channel;
  readonly #broker: Channel;
  readonly #context: RelayContext;
  readonly #fromClient: FrameParser;
  readonly #fromBroker: FrameParser;
  /** Settled by the broker's CONNECTED; until then frames wait, as how they are spelled depends on it. */
  #version: Version | undefined;
  #asked = false;
  #answered = false;
  #answerTimer: Timer;
  #waiting: Frame[] = [];
  #waitingBytes = 0;
  /** Frames that the client sent. */
  #count = 0;
  #heartBeat: HeartBeat | undefined;
  #brokerPaused = false;
  /** How it ends when the broker ends the connection without saying why. */
  #ending: CloseStatus = { code: CloseCode.internalError, reason: 'broker gone' };
  #ended = false;

  constructor(client: Channel, broker: Channel, context: RelayContext) {
    this.#client = client;
    this.#broker = broker;
    this.#context = context;
    const atFirst = { ...context.frame, maxFrame: Math.min(MAX_BEFORE_CONNECTED, context.frame.maxFrame) };
    this.#fromClient = new FrameParser(CLIENT_COMMANDS, atFirst, {
      frame: (frame) => this.#clientSaid(frame),
      heartBeat: () => {},
    });
    const ofBroker = {
      frame: (frame: Frame) => this.#brokerSaid(frame),
      heartBeat: () => this.#passBeat(client),
    };
    // A broker hands on what some program wrote, and from a queue again and again until it is taken.
    this.#fromBroker = new FrameParser(SERVER_COMMANDS, context.frame, ofBroker, true);
    client.attach(this.#clientReceiver());
    broker.attach(this.#brokerReceiver());
  }

  #clientReceiver(): Receiver {
    return {
      message: (message) => this.#take(() => this.#pushFromClient(message.bytes)),
      drained: () => {
        this.#brokerPaused = false;
        this.#heartBeat?.heard();
        this.#broker.resume();
      },
      closed: (status) => {
        this.#end();
        this.#broker.close(mayTravel(status.code) ? status : GOING_AWAY);
        this.#client.close(status);
      },
    };
  }

  #brokerReceiver(): Receiver {
    return {
      message: (message) => {
        this.#heartBeat?.heard();
        this.#take(() => this.#fromBroker.push(message.bytes));
      },
      drained: () => {
        if (this.#version !== undefined) this.#client.resume();
      },
      closed: (status) => {
        if (this.#asked && !this.#answered && !this.#ended) this.#context.unanswered();
        this.#end();
        this.#client.close(mayTravel(status.code) ? status : this.#ending);
        this.#broker.close(status);
      },
    };
  }

  // --- client to broker ---

  #pushFromClient(bytes: Buffer): void {
    const before = this.#count;
    this.#fromClient.push(bytes);
    // A heart-beat; or a part of a frame, which is as good: a long frame on a slow line leaves no room for others.
    if (this.#count === before) this.#passBeat(this.#broker);
  }

  #clientSaid(frame: Frame): void {
    this.#count++;
    if (!this.#asked) this.#ask(frame);
    else if (this.#version === undefined) this.#hold(frame);
    else this.#toBroker(this.#context.rules.apply(frame, this.#version));
    // The broker closes the connection, and it is as it should be.
    if (frame.command === 'DISCONNECT') this.#ending = { code: CloseCode.normal, reason: '' };
  }

  #ask(frame: Frame): void {
    if (frame.command !== 'CONNECT' && frame.command !== 'STOMP') throw new StompError('not connected');
    this.#asked = true;
    const { beats, clock, connectTimeout, rules } = this.#context;
    this.#answerTimer = clock.setTimeout(() => this.#isUnanswered(), connectTimeout);
    this.#toBroker(rules.connect(frame, beats));
  }

  #isUnanswered(): void {
    this.#context.unanswered();
    this.#fail(new StompError('no answer of the broker'), ABNORMAL);
  }

  #hold(frame: Frame): void {
    this.#waiting.push(frame);
    this.#waitingBytes += serialize(frame).length + FRAME_SIZE;
    if (this.#waitingBytes > MAX_BEFORE_CONNECTED) throw new StompError('too much before CONNECTED');
    this.#client.pause();
  }

  #toBroker(frame: Frame): void {
    if (this.#ended) return;
    this.#heartBeat?.sent();
    if (!this.#broker.send(toMessage(frame))) this.#client.pause();
  }

  // --- broker to client ---

  #brokerSaid(frame: Frame): void {
    if (!this.#answered) {
      this.#answered = true;
      this.#context.clock.clearTimeout(this.#answerTimer);
    }
    if (frame.command === 'CONNECTED') {
      this.#connected(frame);
      return;
    }
    if (frame.command === 'ERROR') this.#ending = { code: CloseCode.protocolError, reason: 'STOMP error' };
    this.#toClient(toMessage(frame));
  }

  #connected(frame: Frame): void {
    const { beats, clock, rules } = this.#context;
    const version = asVersion(frame.headers.get('version') ?? '1.0');
    if (version === undefined) throw new StompError('unknown version of the broker');
    this.#version = version;
    this.#fromClient.limits = this.#context.frame;
    this.#toClient(toMessage(connectedFor(frame, beats && NO_BEATS)));
    if (beats) {
      const agreed = agree(beats, readBeats(frame.headers.get('heart-beat')));
      this.#heartBeat = new HeartBeat(clock, agreed, BROKER_LATE, {
        beat: () => this.#broker.send(EOL),
        silent: () => this.#brokerIsSilent(),
      });
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const held of waiting) this.#toBroker(rules.apply(held, version));
    if (!this.#ended) this.#client.resume();
  }

  #toClient(message: Message): void {
    if (this.#ended || this.#client.send(message)) return;
    this.#brokerPaused = true;
    this.#broker.pause();
  }

  #brokerIsSilent(): void {
    // It is not silent but unheard: the client takes no more.
    if (this.#brokerPaused) return;
    this.#fail(new StompError('no heart-beat of the broker'), ABNORMAL);
  }

  // --- both ---

  /** End to end where the client has a WebSocket; a fallback client was told that there are none. */
  #passBeat(to: Channel): void {
    if (this.#ended || this.#context.beats || this.#version === undefined) return;
    if (to === this.#client) this.#toClient(EOL);
    else if (!to.send(EOL)) this.#client.pause();
  }

  /** What either side sent that cannot be relayed ends the session, and it alone. */
  #take(push: () => void): void {
    if (this.#ended) return;
    try {
      push();
    } catch (error) {
      if (!(error instanceof StompError)) {
        this.#context.log.error('stomp failure', { reason: String(error) });
      }
      this.#fail(error instanceof StompError ? error : new StompError('internal error'), GOING_AWAY);
    }
  }

  /** `toBroker`: how the broker is told. A dead one is broken off; else what was in order before is still to come to it. */
  #fail(error: StompError, toBroker: CloseStatus): void {
    if (this.#ended) return;
    this.#context.log.info('stomp error', { reason: error.message });
    const headers = { message: error.message, 'content-type': 'text/plain', ...error.headers };
    this.#client.send(toMessage(makeFrame('ERROR', headers, Buffer.from(`${error.message}\n`))));
    const code = toBroker === GOING_AWAY ? CloseCode.protocolError : CloseCode.internalError;
    this.#client.close({ code, reason: 'STOMP error' });
    this.#broker.close(toBroker);
    this.#end();
  }

  #end(): void {
    this.#ended = true;
    this.#context.clock.clearTimeout(this.#answerTimer);
    this.#heartBeat?.stop();
    this.#fromClient.stop();
    this.#fromBroker.stop();
    this.#waiting = [];
  }
}
