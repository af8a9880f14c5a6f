import { indexOf } from '../lang/list.ts';
import type { TransportPolicy } from '../session/downstream.ts';
import { createAlarm } from '../transport/alarm.ts';
import type { CarrierKind } from '../transport/carrier.ts';
import type { Platform } from '../transport/platform.ts';
import type { Memory } from './memory.ts';

/** Milliseconds that a carrier is passed over after it did not work: proxies, networks and laptops change. */
export const BAD_FOR = 600000;
/** Milliseconds that one is begun with after it worked. */
export const GOOD_FOR = 86400000;
/** Milliseconds after which a session that is open and well tries a better carrier. */
const SETTLED = 300;
/** So often in a row may a stream be cut before it counts as no good. */
const CUTS = 3;
/** A stream that lived so many milliseconds was not cut "in a row". */
const LONG = 30000;

/**
 * Which carrier is used: up when a better one may work, down when one does not. `rungs` are in order of preference, best first, and not empty; they may become
 * fewer. `go` moves the downstream.
 */
export function createTransportPolicy(
  platform: Platform,
  memory: Memory,
  host: string,
  candidates: () => CarrierKind[],
  go: (kind: CarrierKind) => void
): TransportPolicy {
  let current: CarrierKind;
  let cuts = 0;
  /** Did not work, but perhaps nothing does at present: known when another carrier works. */
  let suspect: CarrierKind | undefined;
  const up = createAlarm(platform, () => {
    const better = best();
    if (better === current) {
      // Other pages may have renewed the verdict meanwhile.
      up._set(BAD_FOR);
      return;
    }
    current = better;
    go(better);
  });

  function best(): CarrierKind {
    const all = candidates();
    for (let i = 0; i < all.length; i += 1) {
      const rung = all[i] as CarrierKind;
      if (rung === current || memory._get(host + rung.name) !== 'bad') return rung;
    }
    return mostReliable(all);
  }

  function markBad(kind: CarrierKind): void {
    memory._set(host + kind.name, 'bad', BAD_FOR);
  }

  return {
    _pick: (kind) => {
      const all = candidates();
      if (kind && indexOf(all, kind) >= 0) return kind;
      current = all[0] as CarrierKind;
      if (memory._get(host + current.name) !== 'good') {
        current = mostReliable(all);
        up._set(SETTLED);
      }
      return current;
    },
    _proved: (kind) => {
      current = kind;
      if (suspect && suspect !== kind) markBad(suspect);
      suspect = undefined;
      if (kind._streams) memory._set(host + kind.name, 'good', GOOD_FOR);
      // Soon where something better is untried, else when the verdict on it has run out.
      up._set(best() === kind ? BAD_FOR : SETTLED);
    },
    _lost: (loss) => {
      up._clear();
      const kind = loss._kind;
      const surest = mostReliable(candidates());
      if (kind === surest) {
        suspect = undefined;
        return kind;
      }
      if (loss._slept) return kind;
      if (loss._heard && loss._reason !== 'silent') {
        cuts = loss._age > LONG ? 1 : cuts + 1;
        if (cuts < CUTS) return kind;
      }
      cuts = 0;
      suspect = kind;
      current = surest;
      return surest;
    },
    _stop: () => {
      up._clear();
      cuts = 0;
      suspect = undefined;
    }
  };
}

/** A poll, if there is one. */
function mostReliable(candidates: CarrierKind[]): CarrierKind {
  for (let i = 0; i < candidates.length; i += 1)
    if (!(candidates[i] as CarrierKind)._streams) return candidates[i] as CarrierKind;
  return candidates[candidates.length - 1] as CarrierKind;
}

/** The carriers that the page allows, the route offers (null: not known yet) and the engine has, in the page's order. */
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
