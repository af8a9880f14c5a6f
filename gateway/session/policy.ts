/** What a dialect may decide about a session (the protocol it speaks promises no more). */
export interface SessionPolicy {
  /**
   * When a message counts as delivered and is forgotten: when the client acknowledged it, or when it was written to a carrier. An end that cannot be acknowledged is
   * told again to every downstream that comes within `window`.
   */
  readonly delivered: 'acknowledged' | 'written';
  /** What a second downstream does to the first: it takes its place, or it is turned away. */
  readonly second: 'supersedes' | 'refused';
}

/** Bounds of one session. PROTOCOL.md §8 and §12 say what happens at each. */
export interface SessionLimits {
  /** Milliseconds between signs of life. */
  readonly heartbeat: number;
  /** Milliseconds after which a silent client's downstream is dropped. */
  readonly silence: number;
  /** Milliseconds a session lives without a downstream. */
  readonly window: number;
  /** Milliseconds until the first downstream must have come. */
  readonly attachTimeout: number;
  /** Bytes kept unacknowledged before the backend is no longer read. */
  readonly outbox: number;
  /** Bytes kept for a backend that does not take more. */
  readonly inbox: number;
  /** Bytes kept unacknowledged, for a backend that cannot be paused, before the session is closed with 1013. */
  readonly maxBuffered: number;
  /** Bytes of the fragments that long messages are split into. */
  readonly fragment: number;
  /** Requests whose answer may be delayed at a time. */
  readonly delayed: number;
}
