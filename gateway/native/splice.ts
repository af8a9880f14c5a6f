import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { targetOrigin, type UpstreamTarget } from '../backend/target.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { RefusedError, RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { answerRaw } from '../base/raw-answer.ts';
import { CloseCode } from '../protocol/close.ts';
import { closeFrame, maskedCloseFrame, pingFrame } from './control-frame.ts';
import { FrameFollower, PING_PAYLOAD } from './frame-follower.ts';
import { FrameRelay } from './frame-relay.ts';
import { checkHandshake } from './handshake-rules.ts';
import type { NativeConnection, UpgradeRequest } from './upgrade-request.ts';
import { HandshakeRefusedError, type Switched, switchProtocols } from './upstream-handshake.ts';

/** Milliseconds that the second end has to end the connection after the first did. */
const END_TIMEOUT = 30_000;

/** Bounds and times of a splice. */
export interface SpliceOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds until the upstream must have answered the handshake. */
  readonly connectTimeout: number;
  /** Bytes a message may have on the wire; a longer one ends the connection with 1009. */
  readonly maxMessage: number;
  /** Milliseconds of silence after which a client is pinged; 0 for never. IE 10 and 11 drop an idle connection after 30 s. */
  readonly clientPing: number;
}

/**
 * Joins a native client with a WebSocket server below the level of messages: the handshake is repeated upstream, and after a
 * validated 101 bytes go both ways. Frames are followed by their heads alone, so that a Ping or a last Close can be put in between
 * two of them. Any other answer than a valid 101 becomes a response of our own.
 */
export function spliceUpgrade(
  request: UpgradeRequest,
  target: UpstreamTarget,
  options: SpliceOptions,
): NativeConnection {
  const { socket: client } = request;
  const giveUp = new AbortController();
  let splice: Splice | undefined;
  let upstreamGone: Promise<void> | undefined;
  const finished = new Promise<void>((resolve) => client.once('close', () => resolve())).then(
    () => upstreamGone,
  );
  client.once('close', () => giveUp.abort());
  client.on('error', () => client.destroy());
  handOver(request, target, options, giveUp.signal).then(
    (spliced) => {
      splice = spliced;
      upstreamGone = spliced?.upstreamGone;
    },
    (error: unknown) => {
      if (!giveUp.signal.aborted) answer(client, target, options.log, error);
    },
  );
  return {
    finished,
    drain: () => {
      giveUp.abort();
      if (splice) splice.finish(CloseCode.goingAway);
      else answerRaw(client, 503, 'going away');
    },
  };
}

async function handOver(
  request: UpgradeRequest,
  target: UpstreamTarget,
  options: SpliceOptions,
  signal: AbortSignal,
): Promise<Splice | undefined> {
  const { handshake, socket: client, head } = request;
  const key = checkHandshake(handshake);
  const upstream = await switchProtocols(target, handshake, key, { ...options, signal });
  if (signal.aborted) {
    upstream.socket.destroy();
    return undefined;
  }
  client.write(responseHead(upstream), 'latin1');
  return new Splice(client, head, upstream, options);
}

function responseHead({ fields }: Switched): string {
  let head = 'HTTP/1.1 101 Switching Protocols\r\n';
  for (let index = 0; index < fields.length; index += 2) head += `${fields[index]}: ${fields[index + 1]}\r\n`;
  return `${head}\r\n`;
}

/** A status below 300 would tell the client that all is well, and a redirect is not passed on: the place it names is the upstream's. */
function answer(client: Socket, target: UpstreamTarget, log: Log, error: unknown): void {
  if (error instanceof RequestError) {
    log.info('handshake refused', { status: error.status, reason: error.message });
    answerRaw(client, error.status, error.message);
    return;
  }
  const status = error instanceof RefusedError ? (error.status ?? 502) : 502;
  const fields = error instanceof HandshakeRefusedError ? error.fields : [];
  log.warn('upstream refused', { upstream: targetOrigin(target), reason: String(error) });
  answerRaw(client, status < 300 ? 502 : status, 'the backend did not accept', fields);
}

class Splice {
  /** Fulfilled when the upstream's connection is gone. */
  readonly upstreamGone: Promise<void>;
  readonly #clock: Clock;
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #clientFrames: FrameFollower;
  readonly #toUpstream: FrameRelay;
  readonly #toClient: FrameRelay;
  readonly #ping = pingFrame(randomBytes(PING_PAYLOAD));
  #keepalive: Timer;
  #endTimer: Timer;

  constructor(client: Socket, head: Buffer, upstream: Switched, options: SpliceOptions) {
    this.#clock = options.clock;
    this.#client = client;
    this.#upstream = upstream.socket;
    this.upstreamGone = new Promise((resolve) => this.#upstream.once('close', () => resolve()));
    const tooBig = (): void => this.finish(CloseCode.tooBig);
    this.#clientFrames = new FrameFollower(options.maxMessage);
    this.#toUpstream = new FrameRelay(client, this.#upstream, this.#clientFrames, tooBig);
    const upstreamFrames = new FrameFollower(options.maxMessage);
    this.#toClient = new FrameRelay(this.#upstream, client, upstreamFrames, tooBig);
    for (const [socket, other] of [
      [client, this.#upstream],
      [this.#upstream, client],
    ] as const) {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 60_000);
      socket.on('error', () => socket.destroy());
      socket.on('end', () => this.#awaitEnd());
      socket.on('close', () => this.#gone(other));
    }
    if (options.clientPing > 0) this.#keepAlive(options.clientPing);
    this.#toClient.start(upstream.head);
    this.#toUpstream.start(head);
  }

  /** Ends the connection toward both with a Close of this code, each behind the frame that is on its way. */
  finish(code: number): void {
    this.#toClient.finish(closeFrame(code));
    this.#toUpstream.finish(maskedCloseFrame(code));
    this.#awaitEnd();
  }

  /** Of two ends one is over: the other has its time. */
  #awaitEnd(): void {
    this.#endTimer ??= this.#clock.setTimeout(() => {
      this.#client.destroy();
      this.#upstream.destroy();
    }, END_TIMEOUT);
  }

  /** One end is gone: the other gets what was still for it, and its end. */
  #gone(other: Socket): void {
    this.#clock.clearTimeout(this.#keepalive);
    if (other.destroyed) this.#clock.clearTimeout(this.#endTimer);
    else {
      this.#awaitEnd();
      other.destroySoon();
    }
  }

  /** Looks every half interval whether the client was heard, so that a chunk costs a flag and not a timer. */
  #keepAlive(interval: number): void {
    const look = (): void => {
      // A client that does not read has enough coming.
      if (!this.#toUpstream.heard && !this.#client.writableNeedDrain) {
        this.#clientFrames.watch = this.#ping.subarray(-PING_PAYLOAD);
        this.#toClient.insert(this.#ping);
      }
      this.#toUpstream.heard = false;
      this.#keepalive = this.#clock.setTimeout(look, interval / 2);
    };
    this.#keepalive = this.#clock.setTimeout(look, interval / 2);
  }
}
