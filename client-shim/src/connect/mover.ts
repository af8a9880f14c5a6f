import { indexOf } from '../lang/list.ts';
import type { Choice } from '../session/downstream.ts';
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
export function createMover(
  platform: Platform,
  memory: Memory,
  host: string,
  rungs: () => CarrierKind[],
  go: (kind: CarrierKind) => void
): Choice {
  let current: CarrierKind;
  let cuts = 0;
  /** Did not work, but perhaps nothing does at present: known when another carrier works. */
  let suspect: CarrierKind | undefined;
  const up = createAlarm(platform, () => {
    const better = bestRung();
    if (better === current) {
      // Other pages may have renewed the verdict meanwhile.
      up.set(BAD_FOR);
      return;
    }
    current = better;
    go(better);
  });

  function bestRung(): CarrierKind {
    const all = rungs();
    for (let i = 0; i < all.length; i += 1) {
      const rung = all[i] as CarrierKind;
      if (rung === current || memory.get(host + rung.name) !== 'bad') return rung;
    }
    return surestOf(all);
  }

  function condemn(kind: CarrierKind): void {
    memory.set(host + kind.name, 'bad', BAD_FOR);
  }

  return {
    pick: (kind) => {
      const all = rungs();
      if (kind && indexOf(all, kind) >= 0) return kind;
      current = all[0] as CarrierKind;
      if (memory.get(host + current.name) !== 'good') {
        current = surestOf(all);
        up.set(SETTLED);
      }
      return current;
    },
    proved: (kind) => {
      current = kind;
      if (suspect && suspect !== kind) condemn(suspect);
      suspect = undefined;
      if (kind.streams) memory.set(host + kind.name, 'good', GOOD_FOR);
      // Soon where something better is untried, else when the verdict on it has run out.
      up.set(bestRung() === kind ? BAD_FOR : SETTLED);
    },
    lost: (loss) => {
      up.clear();
      const kind = loss.kind;
      const surest = surestOf(rungs());
      if (kind === surest) {
        suspect = undefined;
        return kind;
      }
      if (loss.slept) return kind;
      if (loss.heard && loss.reason !== 'silent') {
        cuts = loss.age > LONG ? 1 : cuts + 1;
        if (cuts < CUTS) return kind;
      }
      cuts = 0;
      suspect = kind;
      current = surest;
      return surest;
    },
    stop: () => {
      up.clear();
      cuts = 0;
      suspect = undefined;
    }
  };
}

/** A poll, if there is one. */
function surestOf(rungs: CarrierKind[]): CarrierKind {
  for (let i = 0; i < rungs.length; i += 1)
    if (!(rungs[i] as CarrierKind).streams) return rungs[i] as CarrierKind;
  return rungs[rungs.length - 1] as CarrierKind;
}

/** The carriers that the page allows, the route offers (null: not known yet) and the engine has, in the page's order. */
export function rungsOf(
  platform: Platform,
  carriers: CarrierKind[],
  order: string[],
  offered: string[] | null,
  crossOrigin: boolean,
  url: string
): CarrierKind[] {
  const rungs: CarrierKind[] = [];
  for (let i = 0; i < order.length; i += 1)
    for (let k = 0; k < carriers.length; k += 1) {
      const kind = carriers[k] as CarrierKind;
      const action = kind.name === 'websocket-session' ? 'websocket' : kind.name;
      if (kind.name !== order[i] || !kind.works(platform, crossOrigin, url)) continue;
      if (!offered || indexOf(offered, action) >= 0) rungs.push(kind);
    }
  return rungs;
}
