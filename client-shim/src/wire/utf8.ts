// biome-ignore lint/suspicious/noShadowRestrictedNames: declared as what es3.d.ts leaves out
declare function escape(text: string): string;
// biome-ignore lint/suspicious/noShadowRestrictedNames: as above
declare function unescape(text: string): string;

// Annex B of every edition since the third defines `escape` and `unescape`, and every browser has
// them. They encode code units below 256 as %XX, which the URI functions read as one byte of UTF-8.
// Taken when the shim is loaded, because pages name their own functions so.
const toPercent = escape;
const fromPercent = unescape;

/**
 * Calls `encodeURIComponent` in chunks. Its time is quadratic in the length in WebKit of 2011: 3.7
 * s for 63,000 characters in PhantomJS 1.9. U+180E is neither `\s` nor `\S` in JavaFX 11.
 */
export function encodeUri(text: string): string {
  return text.replace(/([\ud800-\udbff]?[\s\S\u180e]){1,512}/g, (chunk) => encodeURIComponent(chunk));
}

/** Encodes text without lone surrogates as UTF-8, one character per byte. */
export function toUtf8(text: string): string {
  return fromPercent(encodeUri(text));
}

/** Decodes UTF-8, one character per byte. Throws if it is invalid. */
export function fromUtf8(bytes: string): string {
  return decodeURIComponent(toPercent(bytes));
}
