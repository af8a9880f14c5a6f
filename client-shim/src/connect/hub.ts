import { indexOf } from '../lang/list.ts';
import { createDownstream, type Downstream, type Member } from '../session/downstream.ts';
import type { CarrierKind } from '../transport/carrier.ts';
import type { Platform } from '../transport/platform.ts';
import type { Created } from './create.ts';
import type { Memory } from './memory.ts';
import { createMover } from './mover.ts';

/** Sessions on one downstream. An address that names them has about 60 characters for each, and 2,000 in all. */
const MOST = 16;

/** Finds the downstream for a new session. `rungs` are the carriers that it can have, best first; `host` is what the memory calls the gateway. */
export type Hub = (origin: string, host: string, rungs: CarrierKind[], answer: Created) => Downstream;

/** A downstream that other sessions may join. */
interface Shared {
  readonly origin: string;
  readonly members: Member[];
  readonly downstream: Downstream;
}

/** The sessions of a page with one gateway share a downstream if they can (PROTOCOL.md §10). */
export function createHub(platform: Platform, memory: Memory): Hub {
  const all: Shared[] = [];

  return (origin, host, rungs, answer) => {
    // A page that asks for WebSockets gets one for each.
    const shares = indexOf(answer.carriers, 'shared') >= 0 && !(rungs[0] as CarrierKind).duplex;
    for (let i = 0; shares && i < all.length; i += 1) {
      const one = all[i] as Shared;
      const fits = one.origin === origin && one.members.length < MOST;
      if (fits && commonOf(rungs, one.members).length) return one.downstream;
    }
    const members: Member[] = [];
    const mover = createMover(
      platform,
      memory,
      host,
      () => commonOf((members[0] as Member).line.rungs, members),
      (kind) => downstream.move(kind)
    );
    const downstream = createDownstream(platform, answer, answer.rtt, members, mover);
    if (shares) all.push({ origin: origin, members: members, downstream: downstream });
    return downstream;
  };
}

/** Those of the rungs that all of these sessions can have at present, too. */
function commonOf(rungs: CarrierKind[], members: Member[]): CarrierKind[] {
  const common: CarrierKind[] = [];
  for (let i = 0; i < rungs.length; i += 1) {
    const kind = rungs[i] as CarrierKind;
    let shared = true;
    for (let k = 0; k < members.length; k += 1) {
      const line = (members[k] as Member).line;
      if (line.rungs !== rungs && (kind.duplex || indexOf(line.rungs, kind) < 0)) shared = false;
    }
    if (shared) common.push(kind);
  }
  return common;
}
