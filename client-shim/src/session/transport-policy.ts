import type { CarrierKind } from '../transport/carrier.ts';

/** Decides which carrier is used. */
export interface TransportPolicy {
  /** What to attach: `kind`, unless it is undefined or not available to all sessions. */
  _pick(kind?: CarrierKind): CarrierKind;
  /**
   * A carrier brought its first frame, so it works. Called for another kind than before, for the
   * first one after a loss, and for every carrier that goes both ways.
   */
  _proved(kind: CarrierKind): void;
  /**
   * The carrier in use failed, `age` milliseconds after it was opened. Returns what to attach next.
   * `heard`: it had brought frames. `slept`: the machine slept, so the silence says nothing about
   * the carrier.
   */
  _lost(kind: CarrierKind, reason: string, heard: boolean, age: number, slept?: boolean): CarrierKind;
  /** A poll that is available to all sessions, for a page that rests. */
  _poll(): CarrierKind | undefined;
  /** No session is attached any more, or the page rests. */
  _stop(): void;
}
