import type { Socket } from 'node:net';
import type { Handshake } from '../backend/backend.ts';
import type { Admitted } from '../backend/forward-auth.ts';
import type { RefusedError } from '../base/errors.ts';
import type { HandshakeEnd } from '../base/seen-handshakes.ts';
import type { Channel } from '../channel/channel.ts';

/** A request to upgrade, as the HTTP room hands it over with its connection. */
export interface UpgradeRequest {
  readonly handshake: Handshake;
  /** Its `error` event has a listener already. */
  readonly socket: Socket;
  /** Bytes that the client sent behind the request. */
  readonly head: Buffer;
  /**
   * Wraps the client's channel before it is joined with the backend. SockJS needs it: its messages
   * travel in frames of their own. A spliced connection ignores it.
   */
  readonly wrapChannel?: (channel: Channel) => Channel;
  /** Lets the client in before the backend is dialled. Absent: everybody may come in. */
  readonly admit?: (handshake: Handshake, signal: AbortSignal) => Promise<Admitted>;
  /** Called when the backend has refused the handshake. */
  readonly refused?: (error: RefusedError) => void;
}

/** Who has a native connection. An object and no promise: that would be 600 bytes for days. */
export interface NativeOwner {
  finished(native: NativeConnection): void;
}

/** A native connection, from its Upgrade to its end. */
export interface NativeConnection {
  /** Answers 503 to a handshake under way; closes an open connection with 1001. */
  drain(): void;
  /**
   * Fulfilled when the handshake was answered: accepted or refused; undefined if its client went
   * before. It never rejects.
   */
  readonly answered: Promise<HandshakeEnd | undefined>;
  /** Tells `owner` once when the connection is over, however it ended. Called once. */
  onFinished(owner: NativeOwner): void;
}
