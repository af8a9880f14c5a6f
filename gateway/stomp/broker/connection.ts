import type { Handshake } from '../../backend/backend.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { MemoryAccount, MemoryBudget } from '../../base/memory-budget.ts';
import type { Channel, Receiver } from '../../channel/channel.ts';
import type { CloseStatus } from '../../protocol/close.ts';
import { CLOSES } from '../../protocol/close-table.ts';
import type { Message } from '../../protocol/message.ts';
import { CLIENT_COMMANDS, type Frame, type FrameEntries, type FrameHeaders, makeFrame } from '../frame.ts';
import { FrameReader } from '../frame-reader.ts';
import { encodeHeaders, readConnectHeaders, readHeaders } from '../headers.ts';
import { agree, CLIENT_LATE, encodeBeats, HeartBeat, NO_BEATS, readBeats } from '../heart-beat.ts';
import { logStompError } from '../log-error.ts';
import { FrameParser } from '../parser.ts';
import type { Rights } from '../rights.ts';
import { EOL, toMessage } from '../serializer.ts';
import { memoryError, StompError } from '../stomp-error.ts';
import { acceptableVersions, VERSIONS, type Version } from '../version.ts';
import { Commands } from './commands.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import type { Destinations } from './destinations.ts';
import type { BrokerOptions } from './options.ts';
import type { Subscriber } from './subscription.ts';
import type { Users } from './users.ts';

/** Bytes that a frame may have before its sender is known. */
const MAX_CONNECT = 16 * 1024;

/** The client at the other end of a channel. */
export interface Peer {
  readonly carrier: Handshake['carrier'];
  readonly address: string;
  /** The log of the client's connection, with its route. */
  readonly log: Log;
  /** What clients of its route may do. */
  readonly rights?: Rights;
  /** Called once, when the broker is done with the connection. */
  ended?(by: 'client' | 'gateway'): void;
}

/** What a connection gets from its broker. */
export interface ConnectionContext {
  readonly options: BrokerOptions;
  readonly clock: Clock;
  readonly memory: MemoryBudget;
  readonly destinations: Destinations;
  readonly users: Users | undefined;
  /** Each must allow a destination. */
  readonly rights: readonly Rights[];
  /** The `session` entry of CONNECTED. */
  readonly session: string;
  /** Called once, at the end. */
  ended(): void;
}

/**
 * One client of an embedded broker: versions, heart-beats, receipts and errors. `Commands` carries
 * out what it asks for.
 */
export class BrokerConnection implements Receiver, Subscriber {
  readonly account: MemoryAccount;
  readonly #channel: Channel;
  readonly #peer: Peer;
  readonly #context: ConnectionContext;
  readonly #parser: FrameParser;
  readonly #reader: FrameReader;
  readonly #deliveries: DeliveryQueue;
  readonly #connectTimer: Timer;
  #commands: Commands | undefined;
  #version: Version = '1.0';
  #login: string | undefined;
  #heartBeat: HeartBeat | undefined;
  /** Bytes of `account` that the reader occupies. */
  #readerWeight = 0;
  /** The ERROR is being sent: a failure to send it is not reported again. */
  #failed = false;
  #ended = false;

  constructor(channel: Channel, peer: Peer, context: ConnectionContext) {
    this.#channel = channel;
    this.#peer = peer;
    this.#context = context;
    const { options, clock, memory } = context;
    this.account = memory.account(peer.address);
    this.#deliveries = new DeliveryQueue(channel, options.maxBuffered, this.account);
    const maxFrame = Math.min(MAX_CONNECT, options.frame.maxFrame);
    this.#parser = new FrameParser(
      CLIENT_COMMANDS,
      { ...options.frame, maxFrame },
      { frame: (frame) => this.#obey(frame), heartBeat: () => {} },
    );
    this.#reader = new FrameReader(this.#parser, channel, clock, (error) => this.#failFor(error));
    this.#connectTimer = clock.setTimeout(
      () => this.fail(new StompError('GW_STOMP_TIMEOUT', 'no CONNECT in time')),
      options.connectTimeout,
    );
  }

  // --- the channel ---

  message(message: Message): void {
    if (this.#ended) return;
    this.#heartBeat?.heard();
    this.#reader.push(message.bytes);
    this.#countReader();
  }

  drained(): void {
    if (this.#ended) return;
    this.#deliveries.drained();
    if (this.#deliveries.isWritable) this.#commands?.wake();
  }

  closed(status: CloseStatus): void {
    this.#end('client');
    this.#channel.close(status);
  }

  // --- the subscriber ---

  get isWritable(): boolean {
    return this.#deliveries.isWritable && !this.#ended;
  }

  send(message: Message): void {
    if (this.#ended) return;
    this.#heartBeat?.sent();
    const error = this.#deliveries.send(message);
    if (error === undefined || this.#failed) return;
    this.#deliveries.clear();
    this.fail(error);
  }

  fail(error: StompError, receipt?: string): void {
    if (this.#failed || this.#ended) return;
    this.#failed = true;
    const { message } = error;
    const { log, address: remoteAddress } = this.#peer;
    logStompError(log, error, { login: this.#login, remoteAddress, route: undefined });
    const headers = { message, 'receipt-id': receipt, 'content-type': 'text/plain' };
    this.#reply('ERROR', { ...headers, ...error.headers }, Buffer.from(`${message}\n`));
    this.#close(CLOSES.stompError, 'gateway');
  }

  // --- frames ---

  #obey(frame: Frame): void {
    if (this.#commands === undefined) {
      this.#connect(frame);
      return;
    }
    let receipt: string | undefined;
    try {
      const headers = readHeaders(frame.headers, this.#version);
      receipt = headers.get('receipt');
      this.#commands.obey(frame.command, headers, frame.body, () => {
        if (receipt !== undefined) this.#reply('RECEIPT', { 'receipt-id': receipt });
        if (frame.command === 'DISCONNECT') this.#close(CLOSES.normal, 'client');
      });
    } catch (error) {
      this.#failFor(error, receipt);
    }
  }

  #connect(frame: Frame): void {
    if (frame.command !== 'CONNECT' && frame.command !== 'STOMP') {
      throw new StompError('GW_STOMP_COMMAND', 'not connected');
    }
    const { options, clock, destinations, users, rights, session } = this.#context;
    const headers = readConnectHeaders(frame);
    this.#login = headers.get('login')?.slice(0, 64);
    const version = selectVersion(headers);
    if (users?.admit(headers.get('login'), headers.get('passcode')) === false) {
      throw new StompError('GW_STOMP_LOGIN', 'bad login', { fields: { option: 'stomp.users' } });
    }
    clock.clearTimeout(this.#connectTimer);
    this.#version = version;
    this.#parser.limits = options.frame;
    this.#commands = new Commands({
      options,
      clock,
      destinations,
      version,
      rights: users === undefined ? rights : [...rights, users.rightsOf(headers.get('login') as string)],
      subscriber: this,
      pause: () => this.#reader.pause(),
      resume: () => this.#reader.resume(),
      fail: (error) => this.#failFor(error),
    });
    const beats = this.#hasBeats ? { send: options.heartBeat, want: options.heartBeat } : NO_BEATS;
    const agreed = agree(beats, readBeats(headers.get('heart-beat')));
    // Without this entry stompjs 2.3 throws before it is connected.
    const settled = { version, 'heart-beat': encodeBeats(beats) };
    this.#reply('CONNECTED', { ...settled, session, server: 'fallback-gateway' });
    this.#heartBeat = new HeartBeat(clock, agreed, CLIENT_LATE, {
      beat: () => this.send(EOL),
      silent: () => this.#isSilent(),
    });
  }

  /** A fallback session has its own heartbeat, and each EOL would cost a request. 1.0 has none. */
  get #hasBeats(): boolean {
    return this.#peer.carrier === 'native' && this.#version !== '1.0';
  }

  #isSilent(): void {
    // The client is not silent but unheard: what it sent before waits here.
    if (this.#reader.isHoldingBack) return;
    this.fail(new StompError('GW_STOMP_TIMEOUT', 'no heart-beat'));
  }

  #countReader(): void {
    if (this.#ended) return;
    const grown = this.#reader.weight - this.#readerWeight;
    if (grown === 0) return;
    this.#readerWeight += grown;
    this.account.add(grown);
    if (grown > 0 && !this.account.hasRoom(0)) this.fail(memoryError());
  }

  #close(status: CloseStatus, by: 'client' | 'gateway'): void {
    this.#deliveries.flush();
    this.#channel.close(status);
    this.#end(by);
  }

  #reply(command: string, headers: FrameEntries, body?: Buffer): void {
    const frame = makeFrame(command, headers, body);
    // CONNECTED has no escapes, and contains nothing that would need one.
    this.send(toMessage({ ...frame, headers: encodeHeaders(frame.headers, this.#version) }));
  }

  #failFor(error: unknown, receipt?: string): void {
    if (error instanceof StompError) {
      this.fail(error, receipt);
      return;
    }
    this.#peer.log.error('stomp failure', { code: 'GW_INTERNAL', reason: String(error) });
    this.fail(new StompError('GW_INTERNAL', 'internal error'), receipt);
  }

  #end(by: 'client' | 'gateway'): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#deliveries.clear();
    this.#reader.end();
    this.#heartBeat?.stop();
    this.#context.clock.clearTimeout(this.#connectTimer);
    this.#commands?.end();
    this.account.close();
    this.#context.ended();
    this.#peer.ended?.(by);
  }
}

function selectVersion(headers: FrameHeaders): Version {
  const version = acceptableVersions(headers).at(-1);
  if (version !== undefined) return version;
  throw new StompError('GW_STOMP_FRAME', `supported versions are ${VERSIONS.join(', ')}`, {
    headers: { version: VERSIONS.join(',') },
  });
}
