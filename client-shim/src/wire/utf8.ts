// biome-ignore lint/suspicious/noShadowRestrictedNames: declared as what es3.d.ts leaves out
declare function escape(text: string): string;
// biome-ignore lint/suspicious/noShadowRestrictedNames: as above
declare function unescape(text: string): string;

// `escape` and `unescape` stand in annex B of every edition since the third, and in every browser.
// They know code units below 256 as %XX, which is what the URI functions take for one byte of
// UTF-8.

/**
 * `encodeURIComponent` by parts, as the time it takes goes with the square of the length in WebKit
 * of 2011: 3.7 s for 63,000 characters in PhantomJS 1.9. U+180E is neither `\s` nor `\S` in JavaFX
 * 11.
 */
export function encodeUri(text: string): string {
  return text.replace(/([\ud800-\udbff]?[\s\S\u180e]){1,512}/g, (chunk) => encodeURIComponent(chunk));
}

/** The UTF-8 of a text without lone surrogates, one character for each byte. */
export function toUtf8(text: string): string {
  return unescape(encodeUri(text));
}

/** The text whose UTF-8 this is; throws for anything else. */
export function fromUtf8(bytes: string): string {
  return decodeURIComponent(escape(bytes));
}
