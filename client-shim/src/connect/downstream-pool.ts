import { onVisibility } from '../browser/visibility.ts';
import { indexOf } from '../lang/list.ts';
import { Downstream, type Member } from '../session/downstream.ts';
import type { CarrierKind } from '../transport/carrier.ts';
import type { Platform } from '../transport/platform.ts';
import type { Created } from './create.ts';
import type { Memory } from './memory.ts';
import { createTransportPolicy } from './transport-policy.ts';

/**
 * Most sessions on one downstream. An address that names them has about 60 characters for each, and
 * 2,000 in all.
 */
const MOST = 16;

/** The downstreams of a page. `origin` is that of the gateway. */
export interface DownstreamPool {
  /**
   * Finds the downstream for a new session. `host`: prefix of the gateway's keys in the memory.
   * `candidates`: the carriers available to the session, best first. `rests`: whether a new
   * downstream rests while the page is hidden.
   */
  _find(
    origin: string,
    host: string,
    candidates: CarrierKind[],
    answer: Created,
    rests: boolean | undefined
  ): Downstream;
  /**
   * The token of a session that a new one should be beside: on one node they can share a downstream
   * (PROTOCOL.md §3). Empty if there is none.
   */
  _beside(origin: string): string;
}

/** A downstream that other sessions may join. */
interface Shared {
  readonly origin: string;
  readonly _members: Member[];
  readonly _downstream: Downstream;
}

/** The sessions of a page with one gateway share a downstream where they can (PROTOCOL.md §10). */
export function createDownstreamPool(platform: Platform, memory: Memory): DownstreamPool {
  const all: Shared[] = [];

  function find(
    origin: string,
    host: string,
    candidates: CarrierKind[],
    answer: Created,
    rests: boolean | undefined
  ): Downstream {
    // A page that asks for WebSockets gets one for each session.
    const shares = indexOf(answer._carriers, 'shared') >= 0 && !(candidates[0] as CarrierKind)._duplex;
    for (let i = 0; shares && i < all.length; i += 1) {
      const one = all[i] as Shared;
      const first = one._members[0];
      const fits =
        one.origin === origin &&
        one._members.length < MOST &&
        // One node writes a downstream.
        (!first || first._context._node === answer._node);
      if (fits && commonTo(candidates, one._members).length) return one._downstream;
    }
    const members: Member[] = [];
    const policy = createTransportPolicy(
      platform,
      memory,
      host,
      () => commonTo((members[0] as Member)._context._candidates, members),
      (kind) => downstream._move(kind)
    );
    const downstream = new Downstream(platform, answer, answer._rtt, members, policy);
    if (shares) {
      all.push({ origin: origin, _members: members, _downstream: downstream });
      if (rests && indexOf(answer._carriers, 'rest') >= 0)
        onVisibility(platform._page, (hidden) => downstream._hide(hidden));
    }
    return downstream;
  }

  return {
    _find: find,
    _beside: (origin) => {
      let token = '';
      for (let i = 0; i < all.length; i += 1) {
        const one = all[i] as Shared;
        const first = one._members[0];
        // The later one has more room.
        if (first && one.origin === origin) token = first._context._token;
      }
      return token;
    }
  };
}

/** Those candidates that are available to all of these sessions at present. */
function commonTo(candidates: CarrierKind[], members: Member[]): CarrierKind[] {
  const common: CarrierKind[] = [];
  for (let i = 0; i < candidates.length; i += 1) {
    const kind = candidates[i] as CarrierKind;
    let shared = true;
    for (let k = 0; k < members.length; k += 1) {
      const others = (members[k] as Member)._context._candidates;
      if (others !== candidates && (kind._duplex || indexOf(others, kind) < 0)) shared = false;
    }
    if (shared) common.push(kind);
  }
  return common;
}
