import { indexOf } from '../lang/list.ts';
import type { TransportPolicy } from '../session/transport-policy.ts';
import { createAlarm } from '../transport/alarm.ts';
import type { CarrierKind } from '../transport/carrier.ts';
import type { Platform } from '../transport/platform.ts';
import { BAD_FOR, type Memory } from './memory.ts';

/** Milliseconds after which a session on a working carrier tries a better one. */
const SETTLED = 300;
/** Number of cuts in a row after which a stream counts as bad. */
const CUTS = 3;
/** A stream that lived so many milliseconds does not count as cut "in a row". */
const LONG_LIFE = 30000;

/**
 * Decides which carrier is used: a better one when it may work, a worse one when the current one
 * fails. `host`: prefix of the gateway's keys in the memory. `candidates` returns the available
 * carriers, best first; there is at least one, and there may be fewer later. `move` moves the
 * downstream.
 */
export function createTransportPolicy(
  platform: Platform,
  memory: Memory,
  host: string,
  candidates: () => CarrierKind[],
  move: (kind: CarrierKind) => void
): TransportPolicy {
  let current: CarrierKind;
  let cuts = 0;
  /**
   * The carrier that failed last. It is marked as bad only when another works: perhaps none does.
   */
  let suspect: CarrierKind | undefined;
  const upgrade = createAlarm(platform, () => {
    const better = best();
    // Another page may have renewed the mark in the meantime.
    if (better === current) upgrade._set(BAD_FOR);
    else {
      current = better;
      move(better);
    }
  });

  function best(): CarrierKind {
    const all = candidates();
    for (let i = 0; i < all.length; i += 1) {
      const kind = all[i] as CarrierKind;
      if (kind === current || memory._get(host + kind.name) !== 'bad') return kind;
    }
    return pollOf(all) || (all[0] as CarrierKind);
  }

  /** What to attach after a loss. */
  function afterLoss(
    kind: CarrierKind,
    reason: string,
    heard: boolean,
    age: number,
    slept?: boolean
  ): CarrierKind {
    upgrade._clear();
    const all = candidates();
    // Without a poll each has its turn.
    const reliable = pollOf(all) || (all[(indexOf(all, kind) + 1) % all.length] as CarrierKind);
    if (kind === reliable) {
      suspect = undefined;
      return kind;
    }
    if (slept) return kind;
    // Where the gateway, or a proxy before it, cannot serve now, a poll finds out when it can. That
    // is no failure of the stream, unless it is always the stream that gets this answer.
    const busy = reason === 'status 503';
    if (busy || (heard && reason !== 'silent')) {
      cuts = age > LONG_LIFE ? 1 : cuts + 1;
      if (cuts < CUTS && !busy) return kind;
    }
    if (!busy || cuts >= CUTS) {
      cuts = 0;
      suspect = kind;
    }
    current = reliable;
    return reliable;
  }

  return {
    _pick: (kind) => {
      const all = candidates();
      if (kind && indexOf(all, kind) >= 0) return kind;
      current = all[0] as CarrierKind;
      if (memory._get(host + current.name) !== 'good') {
        current = pollOf(all) || best();
        upgrade._set(SETTLED);
      }
      return current;
    },
    _proved: (kind) => {
      current = kind;
      if (suspect && suspect !== kind) memory._set(host + suspect.name, 'bad');
      suspect = undefined;
      if (kind._streams) memory._set(host + kind.name, 'good');
      // Soon if there is an untried better carrier, else when the marks have run out.
      upgrade._set(best() === kind ? BAD_FOR : SETTLED);
    },
    _lost: afterLoss,
    _poll: () => pollOf(candidates()),
    _stop: () => {
      upgrade._clear();
      cuts = 0;
      suspect = undefined;
    }
  };
}

/** A poll, if there is one. */
export function pollOf(candidates: CarrierKind[]): CarrierKind | undefined {
  for (let i = 0; i < candidates.length; i += 1)
    if (!(candidates[i] as CarrierKind)._streams) return candidates[i] as CarrierKind;
  return undefined;
}

/**
 * The carriers that the page allows, the route offers (`offered`; null if not known yet) and the
 * engine has, in the page's order.
 */
export function candidatesFor(
  platform: Platform,
  carriers: CarrierKind[],
  order: string[],
  offered: string[] | null,
  crossOrigin: boolean,
  url: string
): CarrierKind[] {
  const candidates: CarrierKind[] = [];
  for (let i = 0; i < order.length; i += 1)
    for (let k = 0; k < carriers.length; k += 1) {
      const kind = carriers[k] as CarrierKind;
      const action = kind.name === 'websocket-session' ? 'websocket' : kind.name;
      if (kind.name !== order[i] || !kind._works(platform, crossOrigin, url)) continue;
      if (!offered || indexOf(offered, action) >= 0) candidates.push(kind);
    }
  return candidates;
}
