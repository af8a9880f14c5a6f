import { distance } from 'fastest-levenshtein';

/**
 * The word that was probably meant: the nearest one, if no more than a third of its letters differ.
 */
export function closest(written: string, words: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const word of words) {
    const edits = distance(written.toLowerCase(), word.toLowerCase());
    if (edits < least && edits <= Math.max(1, word.length / 3)) {
      best = word;
      least = edits;
    }
  }
  return best;
}
