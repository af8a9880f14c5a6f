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
  /** The carriers that all of its sessions can have. */
  rungs: CarrierKind[];
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
      const common = one.members.length ? commonOf(one.rungs, rungs) : rungs;
      if (one.origin !== origin || one.members.length >= MOST || !common.length) continue;
      one.rungs = common;
      return one.downstream;
    }
    const members: Member[] = [];
    const mover = createMover(
      platform,
      memory,
      host,
      () => made.rungs,
      (kind) => made.downstream.move(kind)
    );
    const made: Shared = {
      origin: origin,
      members: members,
      rungs: rungs,
      downstream: createDownstream(platform, answer, answer.rtt, members, mover)
    };
    if (shares) all.push(made);
    return made.downstream;
  };
}

function commonOf(some: CarrierKind[], others: CarrierKind[]): CarrierKind[] {
  const common: CarrierKind[] = [];
  for (let i = 0; i < some.length; i += 1) {
    const kind = some[i] as CarrierKind;
    if (!kind.duplex && indexOf(others, kind) >= 0) common.push(kind);
  }
  return common;
}
