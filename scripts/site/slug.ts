/**
 * The anchor of a heading, as GitHub makes it: in lower case, spaces are dashes, and punctuation
 * goes. The site does the same, so that one link is right in both.
 */
export function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
}
