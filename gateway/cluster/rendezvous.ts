import { createHash } from 'node:crypto';

/**
 * The node that a key belongs to: the one with the highest hash of both ("rendezvous hashing",
 * Thaler and Ravishankar 1998). All nodes that know the same names find the same one. A name that
 * comes or goes moves only the keys that are its own. Undefined if there are no names.
 */
export function rendezvous(key: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let highest = -1;
  for (const name of names) {
    const score = createHash('sha256').update(`${name}\n${key}`).digest().readUIntBE(0, 6);
    // Names in any order give the same node.
    if (score > highest || (score === highest && name > (best ?? ''))) {
      best = name;
      highest = score;
    }
  }
  return best;
}
