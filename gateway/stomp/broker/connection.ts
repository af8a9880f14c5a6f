import type { Handshake } from '../../backend/backend.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Channel, Receiver } from '../../channel/channel.ts';
import { CloseCode, type CloseStatus } from '../../protocol/close.ts';
import type { Message } from '../../protocol/message.ts';
import { CLIENT_COMMANDS, type Frame, type FrameHeaders, makeFrame } from '../frame.ts';
import { encodeHeaders, readConnectHeaders, readHeaders } from '../headers.ts';
import { agree, CLIENT_LATE, encodeBeats, HeartBeat, NO_BEATS, readBeats } from '../heart-beat.ts';
import { FrameParser } from '../parser.ts';
import { EOL, toMessage } from '../serializer.ts';
import { StompError } from '../stomp-error.ts';
import { acceptableVersions, VERSIONS, type Version } from '../version.ts';
import { Consumer } from './consumer.ts';
import type { Exchange } from './exchange.ts';
import type { BrokerOptions } from './options.ts';
import { Outbox } from './outbox.ts';
import type { Outlet } from './subscription.ts';
import type { Users } from './users.ts';

/** Bytes that a frame may have before its sender is known. */
const MAX_CONNECT = 16 * 1024;

/** Who is at the other end. */
export interface Peer {
  readonly carrier: Handshake['carrier'];
  readonly address: string;
}

/** What a connection is given of its broker. */
export interface ConnectionContext {
  readonly options: BrokerOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly exchange: Exchange;
  readonly users: Users | undefined;
  /** The `session` entry of CONNECTED. */
  readonly session: string;
  ended(): void;
}

/** One client of an embedded broker: versions, heart-beats, receipts and errors. What it may ask for is the `Consumer`'s. */
export class BrokerConnection implements Receiver, Outlet {
  readonly #channel: Channel;
  readonly #peer: Peer;
  readonly #context: ConnectionContext;
  readonly #parser: FrameParser;
  readonly #outbox: Outbox;
  readonly #connectTimer: Timer;
  #consumer: Consumer | undefined;
  #version: Version = '1.0';
  #heartBeat: HeartBeat | undefined;
  /** The ERROR is being sent: what goes wrong with it is not told again. */
  #failed = false;
  #ended = false;

  constructor(channel: Channel, peer: Peer, context: ConnectionContext) {
    this.#channel = channel;
    this.#peer = peer;
    this.#context = context;
    const { options, clock } = context;
    this.#outbox = new Outbox(channel, options.maxBuffered);
    const maxFrame = Math.min(MAX_CONNECT, options.frame.maxFrame);
    this.#parser = new FrameParser(
      CLIENT_COMMANDS,
      { ...options.frame, maxFrame },
      { frame: (frame) => this.#obey(frame), heartBeat: () => {} },
    );
    this.#connectTimer = clock.setTimeout(
      () => this.fail(new StompError('no CONNECT in time')),
      options.connectTimeout,
    );
  }

  // --- the channel ---

  message(message: Message): void {
    if (this.#ended) return;
    this.#heartBeat?.heard();
    try {
      this.#parser.push(message.bytes);
    } catch (error) {
      this.#failFor(error);
    }
  }

  drained(): void {
    if (this.#ended) return;
    this.#outbox.drained();
    if (this.#outbox.writable) this.#consumer?.wake();
  }

  closed(status: CloseStatus): void {
    this.#end();
    this.#channel.close(status);
  }

  // --- the outlet ---

  get writable(): boolean {
    return this.#outbox.writable && !this.#ended;
  }

  send(message: Message): void {
    if (this.#ended) return;
    this.#heartBeat?.sent();
    if (this.#outbox.send(message) || this.#failed) return;
    this.#outbox.clear();
    this.fail(new StompError('too much waits to be read'));
  }

  fail(error: StompError, receipt?: string): void {
    if (this.#failed || this.#ended) return;
    this.#failed = true;
    this.#context.log.info('stomp error', { reason: error.message });
    const headers = { message: error.message, 'receipt-id': receipt, 'content-type': 'text/plain' };
    this.#reply('ERROR', { ...headers, ...error.headers }, Buffer.from(`${error.message}\n`));
    this.#close({ code: CloseCode.protocolError, reason: 'STOMP error' });
  }

  // --- frames ---

  #obey(frame: Frame): void {
    if (this.#consumer === undefined) {
      this.#connect(frame);
      return;
    }
    let receipt: string | undefined;
    try {
      const headers = readHeaders(frame.headers, this.#version);
      receipt = headers.get('receipt');
      this.#consumer.obey(frame.command, headers, frame.body);
    } catch (error) {
      this.#failFor(error, receipt);
      return;
    }
    if (receipt !== undefined) this.#reply('RECEIPT', { 'receipt-id': receipt });
    if (frame.command === 'DISCONNECT') this.#close({ code: CloseCode.normal, reason: '' });
  }

  #connect(frame: Frame): void {
    if (frame.command !== 'CONNECT' && frame.command !== 'STOMP') throw new StompError('not connected');
    const { options, clock, exchange, users, session } = this.#context;
    const headers = readConnectHeaders(frame);
    const version = selectVersion(headers);
    if (users?.admit(headers.get('login'), headers.get('passcode')) === false) {
      throw new StompError('bad login');
    }
    clock.clearTimeout(this.#connectTimer);
    this.#version = version;
    this.#parser.limits = options.frame;
    this.#consumer = new Consumer(exchange, this, version, options);
    const beats = this.#hasBeats ? { send: options.heartBeat, want: options.heartBeat } : NO_BEATS;
    const agreed = agree(beats, readBeats(headers.get('heart-beat')));
    // Without this entry stompjs 2.3 throws before it is connected.
    const settled = { version, 'heart-beat': encodeBeats(beats) };
    this.#reply('CONNECTED', { ...settled, session, server: 'fallback-gateway' });
    this.#heartBeat = new HeartBeat(clock, agreed, CLIENT_LATE, {
      beat: () => this.send(EOL),
      silent: () => this.fail(new StompError('no heart-beat')),
    });
  }

  /** A fallback session has a heartbeat of its own, and each EOL would be a request. 1.0 has none. */
  get #hasBeats(): boolean {
    return this.#peer.carrier === 'native' && this.#version !== '1.0';
  }

  #close(status: CloseStatus): void {
    this.#outbox.flush();
    this.#channel.close(status);
    this.#end();
  }

  #reply(command: string, headers: Readonly<Record<string, string | undefined>>, body?: Buffer): void {
    const frame = makeFrame(command, headers, body);
    // CONNECTED has no escapes, and nothing that would need one.
    this.send(toMessage({ ...frame, headers: encodeHeaders(frame.headers, this.#version) }));
  }

  #failFor(error: unknown, receipt?: string): void {
    if (error instanceof StompError) {
      this.fail(error, receipt);
      return;
    }
    this.#context.log.error('stomp failure', { reason: String(error) });
    this.fail(new StompError('internal error'), receipt);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#outbox.clear();
    this.#parser.stop();
    this.#heartBeat?.stop();
    this.#context.clock.clearTimeout(this.#connectTimer);
    this.#consumer?.end();
    this.#context.ended();
  }
}

function selectVersion(headers: FrameHeaders): Version {
  const version = acceptableVersions(headers).at(-1);
  if (version !== undefined) return version;
  throw new StompError(`supported versions are ${VERSIONS.join(', ')}`, { version: VERSIONS.join(',') });
}
