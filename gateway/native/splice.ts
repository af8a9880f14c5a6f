import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { targetName, type UpstreamTarget } from '../backend/target.ts';
import { timed } from '../backend/timed.ts';
import type { Clock, Timer } from '../base/clock.ts';
import type { ClosedConnection } from '../base/connection-log.ts';
import type { OpenAccount } from '../base/memory-budget.ts';
import { KeepAlive } from '../channel/keep-alive.ts';
import { readBeforeReset } from '../channel/read-before-reset.ts';
import { CloseCode, type CloseStatus } from '../protocol/close.ts';
import { CLOSES } from '../protocol/close-table.ts';
import { type MessageRates, Meter } from '../protocol/meter.ts';
import { closeFrame, maskedCloseFrame, pingFrame } from './control-frame.ts';
import { FrameFollower, PING_PAYLOAD } from './frame-follower.ts';
import { FrameRelay, type RelayOwner } from './frame-relay.ts';
import { checkHandshake } from './handshake-rules.ts';
import { type LifecycleContext, type OpenConnection, runConnection } from './lifecycle.ts';
import type { NativeConnection, UpgradeRequest } from './upgrade-request.ts';
import { type Switched, switchProtocols } from './upstream-handshake.ts';

/** Milliseconds that the second side has to end its connection after the first did. */
const END_TIMEOUT = 30_000;

/** Bounds and times of a splice. */
export interface SpliceOptions extends LifecycleContext {
  /** Milliseconds until the upstream must have answered the handshake. */
  readonly connectTimeout: number;
  /** Bytes a message may have on the wire; a longer one ends the connection with 1009. */
  readonly maxMessage: number;
  /**
   * Milliseconds of silence after which a client is pinged; 0 for never. IE 10 and 11 drop an idle
   * connection after 30 s.
   */
  readonly clientPing: number;
  /** What a client may send in a time. Bytes are those of its frames. */
  readonly rates?: MessageRates | undefined;
}

/**
 * Joins a native client with a WebSocket server below the level of messages: the handshake is
 * repeated upstream, and after a validated 101 bytes pass in both directions. Frames are followed
 * by their heads alone, so that a Ping or a last Close can be inserted between two of them. The
 * client gets a response of the gateway's own for any other answer than a valid 101.
 */
export function spliceUpgrade(
  request: UpgradeRequest,
  target: UpstreamTarget,
  options: SpliceOptions,
): NativeConnection {
  const { clock, counters } = options;
  return runConnection(
    request,
    options,
    targetName(target),
    async ({ handshake, socket: client, head }, signal) => {
      const key = checkHandshake(handshake);
      const upstream = await timed(counters, clock, signal, () =>
        switchProtocols(target, handshake, key, { ...options, signal }),
      );
      if (signal.aborted) {
        upstream.socket.destroy();
        return undefined;
      }
      client.write(responseHead(upstream), 'latin1');
      return new Splice(client, head, upstream, options, handshake.openAccount);
    },
  );
}

function responseHead({ fields }: Switched): string {
  let head = 'HTTP/1.1 101 Switching Protocols\r\n';
  for (let index = 0; index < fields.length; index += 2) head += `${fields[index]}: ${fields[index + 1]}\r\n`;
  return `${head}\r\n`;
}

class Splice implements OpenConnection, RelayOwner {
  readonly protocol: string;
  readonly backendGone: Promise<void>;
  readonly #clock: Clock;
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #clientFrames: FrameFollower;
  readonly #upstreamFrames: FrameFollower;
  readonly #toUpstream: FrameRelay;
  readonly #toClient: FrameRelay;
  readonly #keepAlive: KeepAlive;
  readonly #ping = pingFrame(randomBytes(PING_PAYLOAD));
  #endedBy: ClosedConnection['by'] | undefined;
  /** Code of the Close that the gateway sent, and its reason for the log. */
  #ownCode: number | undefined;
  #ownReason = '';
  #endTimer: Timer;

  constructor(
    client: Socket,
    head: Buffer,
    upstream: Switched,
    options: SpliceOptions,
    openAccount?: OpenAccount,
  ) {
    this.protocol = upstream.protocol;
    this.#clock = options.clock;
    this.#client = client;
    this.#upstream = upstream.socket;
    this.backendGone = new Promise((resolve) => {
      this.#watch(this.#upstream, 'backend', resolve);
    });
    this.#watch(client, 'client', () => {});
    this.#clientFrames = new FrameFollower(options.maxMessage);
    this.#upstreamFrames = new FrameFollower(options.maxMessage);
    this.#toUpstream = new FrameRelay(client, this.#upstream, this.#clientFrames, this, openAccount);
    this.#toClient = new FrameRelay(this.#upstream, client, this.#upstreamFrames, this, openAccount);
    const meter = Meter.of(options.rates, options.clock);
    if (meter !== undefined) this.#toUpstream.measure = (messages, bytes) => meter.take(messages, bytes);
    this.#keepAlive = new KeepAlive(options.clock, options.clientPing, () => this.#pingClient());
    this.#toUpstream.activity = this.#keepAlive;
    this.#toUpstream.total = options.counters?.native.up;
    this.#toClient.total = options.counters?.native.down;
    this.#toClient.start(upstream.head);
    this.#toUpstream.start(head);
  }

  close(status: CloseStatus): void {
    this.#finish(status);
  }

  summary(): ClosedConnection {
    const by = this.#endedBy ?? 'client';
    const codes = {
      client: this.#clientFrames.closeCode,
      backend: this.#upstreamFrames.closeCode,
      gateway: this.#ownCode,
    };
    return {
      code: codes[by] ?? CloseCode.abnormal,
      by,
      ...(by === 'gateway' && this.#ownReason !== '' && { reason: this.#ownReason }),
      messagesIn: this.#clientFrames.messages,
      bytesIn: this.#toUpstream.bytes,
      messagesOut: this.#upstreamFrames.messages,
      bytesOut: this.#toClient.bytes,
    };
  }

  /** A Close frame passed. */
  closing(relay: FrameRelay): void {
    this.#endsBy(relay === this.#toUpstream ? 'client' : 'backend');
  }

  exceeded(status: CloseStatus): void {
    this.#finish(status);
  }

  tooBig(): void {
    this.#finish(CLOSES.tooBig);
  }

  #watch(socket: Socket, side: 'client' | 'backend', gone: () => void): void {
    socket.setTimeout(0);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    readBeforeReset(socket, this.#clock);
    socket.on('error', () => socket.destroy());
    socket.on('end', () => {
      this.#endsBy(side);
      this.#awaitEnd();
    });
    socket.on('close', () => {
      this.#endsBy(side);
      this.#gone(side);
      gone();
    });
  }

  /** The first call decides who ended the connection. */
  #endsBy(side: ClosedConnection['by']): void {
    this.#endedBy ??= side;
  }

  /** Closes both sides with this status, each behind the frame that is on its way. */
  #finish({ code, reason }: CloseStatus): void {
    if (this.#ownCode !== undefined) return;
    this.#endsBy('gateway');
    this.#ownCode = code;
    this.#ownReason = reason;
    this.#toClient.finish(closeFrame(code, reason));
    this.#toUpstream.finish(maskedCloseFrame(code, reason));
    this.#awaitEnd();
  }

  /** One side has ended; the other has END_TIMEOUT to follow. */
  #awaitEnd(): void {
    this.#endTimer ??= this.#clock.setTimeout(() => {
      this.#client.destroy();
      this.#upstream.destroy();
    }, END_TIMEOUT);
  }

  /** One side is gone: the other gets the bytes that were still for it, and its end. */
  #gone(side: 'client' | 'backend'): void {
    const isClient = side === 'client';
    const other = isClient ? this.#upstream : this.#client;
    (isClient ? this.#toClient : this.#toUpstream).stop();
    this.#keepAlive.stop();
    if (other.destroyed) this.#clock.clearTimeout(this.#endTimer);
    else {
      this.#awaitEnd();
      if (isClient) other.destroySoon();
      else {
        // It is read to its end: data left unread would reset the connection, and what the backend
        // said last would be lost.
        other.end();
        other.resume();
      }
    }
  }

  #pingClient(): void {
    // A client that does not read has enough coming.
    if (this.#client.writableNeedDrain) return;
    this.#clientFrames.watch = this.#ping.subarray(-PING_PAYLOAD);
    this.#toClient.insert(this.#ping);
  }
}
