import type { MessageRates } from '../protocol/meter.ts';

/** Bounds of one session. PROTOCOL.md §8 and §12 say what happens at each. */
export interface SessionLimits {
  /** Milliseconds between signs of life. */
  readonly heartbeat: number;
  /** Milliseconds after which a silent client's downstream is dropped. */
  readonly silence: number;
  /** Milliseconds that a session lives without a downstream. */
  readonly resumeWindow: number;
  /** Milliseconds in which the first downstream must come. */
  readonly attachTimeout: number;
  /** Milliseconds after which a session is closed, however alive it is; 0 for never. */
  readonly maxSessionAge: number;
  /** Bytes, by weight, kept unacknowledged before the backend is no longer read. */
  readonly outbox: number;
  /** Bytes, by weight, kept for a backend that does not take more. */
  readonly inbox: number;
  /** Bytes, by weight, kept unacknowledged before the session is closed with 1013. */
  readonly maxBuffered: number;
  /** Bytes of the fragments that long messages are split into. */
  readonly fragment: number;
  /** Requests whose answers may be delayed at a time. */
  readonly maxDelayed: number;
  /** What the client may send in a time. @default as much as it likes */
  readonly rates?: MessageRates | undefined;
}

const KiB = 1024;
const MiB = 1024 * KiB;

const HEARTBEAT = 25_000;

export const defaultSessionLimits: SessionLimits = {
  heartbeat: HEARTBEAT,
  silence: silenceFor(HEARTBEAT),
  resumeWindow: 120_000,
  attachTimeout: 5_000,
  maxSessionAge: 0,
  outbox: MiB,
  inbox: 256 * KiB,
  maxBuffered: 16 * MiB,
  fragment: 64 * KiB,
  maxDelayed: 4,
};

/** A peer may miss two signs of life, and half a heartbeat for the network. */
export function silenceFor(heartbeat: number): number {
  return heartbeat * 2.5;
}
