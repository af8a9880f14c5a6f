/** A word that this project does not use, and the term that replaces it. */
export interface Rule {
  /** Paths of files that the rule is for. @default all */
  readonly where?: RegExp;
  /**
   * Matches a whole word in lower case; identifiers are split at capitals, hyphens and underscores.
   */
  readonly word: RegExp;
  readonly better: string;
}

/** Not to be used at all: in identifiers, comments, texts, test names, documents. */
export const WORDS: readonly Rule[] = [
  { word: /^spell(s|ed|er|ing|ings)?$|^spelt$/, better: 'encode' },
  { word: /^octets?$/, better: 'byte' },
  { word: /^lanes?$/, better: 'fast path' },
  { word: /^doors?$/, better: 'router' },
  { word: /^seats?$/, better: 'multiplexed carrier' },
  { word: /^sharers?$/, better: 'member' },
  { word: /^asked$/, better: 'requested; LegacyRequest' },
  { word: /^dress(es|ed)?$/, better: 'wrap' },
  { word: /^intakes?$/, better: 'read gate' },
  { word: /^u?ncork$|^cork$/, better: 'write batch' },
  { word: /^pieces$/, better: 'chunk, part; ByteQueue' },
  { word: /^likeness$/, better: 'fingerprint' },
  { word: /^newcomers?$/, better: 'new client; SessionOwner' },
  { word: /^told$/, better: 'reported, sent, delivered' },
  { word: /^patience$/, better: 'timeout' },
  { word: /^hygiene$/, better: 'request checks' },
  { word: /^rungs?$/, better: 'candidate, step' },
  { word: /^movers?$/, better: 'transport policy' },
  { word: /^hubs?$/, better: 'downstream pool' },
  { word: /^seams?$/, better: 'hooks, boundary' },
];

const SHIM = /^client-shim\/|^test\/unit\/client-shim\//;

/**
 * Ordinary English in prose, but not to be used as a name: whole identifiers and names of files.
 */
export const NAMES: readonly Rule[] = [
  { word: /^Live-?Route$/i, better: 'Route' },
  { word: /^Stomp-?Routes$/i, better: 'StompBackends' },
  { word: /^(Way|ways?|wayFor|by-(xhr|xdr|script))$/, where: SHIM, better: 'Requester' },
  { word: /^within$/, better: 'acceptEarly' },
  { word: /^literal$/, where: /^gateway\//, better: 'jsString' },
  { word: /^ends$/, where: /\/ends\.ts$/, better: 'end-frames' },
  { word: /^Making$/i, better: 'SessionKind' },
  { word: /^Stop$/, better: 'FollowResult' },
  { word: /^abandonTold$|^isTold$/, better: 'endDelivered, hasDeliveredClose' },
  { word: /^without-?Upgrade$/i, better: 'ignore-upgrade' },
  { word: /^(Line|Part)$/, where: SHIM, better: 'SessionContext, lazy-script' },
  { word: /^leaving$/i, where: SHIM, better: 'unload' },
];

/** Text in which a word stands for something else, and why it may. */
export const EXCEPTIONS: readonly { readonly text: RegExp; readonly reason: string }[] = [
  { text: /application\/octet-stream|octet-stream/g, reason: 'the media type' },
  { text: /GitHub/g, reason: 'a name' },
  { text: /sendOctets/g, reason: 'a method of web-socket-js' },
  { text: /\.(un)?cork\(|\b(un)?cork\(\)|'(un)?cork'/g, reason: "methods of Node's streams" },
];

/** Files that state the rules, or that the project did not write. */
export const SKIPPED: readonly RegExp[] = [
  /^test\/words\//,
  /(^|\/)package-lock\.json$/,
  /^LICENSE$/,
  /\.swf$/,
  /^test\/support\/old-shim\/.*\.js$/,
  /\.webp$/,
];

/** Longest line of a comment or of Markdown, in columns. */
export const COLUMNS = 100;
