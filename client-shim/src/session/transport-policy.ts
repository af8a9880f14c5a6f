import type { CarrierKind } from '../transport/carrier.ts';

/** Why a downstream lost its carrier. */
export interface Loss {
  readonly _kind: CarrierKind;
  readonly _reason: string;
  /** It had brought frames. */
  readonly _heard: boolean;
  /** Milliseconds since it was opened. */
  readonly _age: number;
  /** The machine slept, so the silence says nothing about the carrier. */
  readonly _slept: boolean;
}

/** Decides which carrier is used. */
export interface TransportPolicy {
  /** What to attach: `kind`, unless it is undefined or not available to all sessions. */
  _pick(kind?: CarrierKind): CarrierKind;
  /**
   * A carrier brought its first frame, so it works. Called for another kind than before, for the
   * first one after a loss, and for every carrier that goes both ways.
   */
  _proved(kind: CarrierKind): void;
  /** The carrier in use failed. Returns what to attach next. */
  _lost(loss: Loss): CarrierKind;
  /** No session is attached any more. */
  _stop(): void;
}
