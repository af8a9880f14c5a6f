/**
 * Why a response gets no tag, for the log and for `check-page`. `worthSaying`: the operator may
 * wonder, so the log says it once for each address. The others are what is expected of a response
 * that is no page.
 */
export const noTagTable = {
  excluded: { text: 'the path is excluded, or injection is off', worthSaying: false },
  status: { text: 'only answers with status 200 are pages', worthSaying: false },
  'not-html': { text: 'its Content-Type is no HTML', worthSaying: false },
  download: { text: 'it is a download (Content-Disposition: attachment)', worthSaying: false },
  'no-document': {
    text: 'its body does not begin with a doctype, <html or <head: it is taken for a fragment',
    worthSaying: false,
  },
  'no-root': {
    text: 'neither <html> nor <head> comes in the first 16 KiB, or before the body pauses',
    worthSaying: true,
  },
  subset: { text: 'its doctype has declarations of its own, which only XML can read', worthSaying: true },
  encoding: { text: 'its character encoding does not keep ASCII as it is', worthSaying: true },
  coding: { text: 'its Content-Encoding cannot be decoded', worthSaying: true },
  'policy-hash': {
    text:
      'its Content-Security-Policy allows scripts by hash only; add a nonce, or the shim’s address, ' +
      'to script-src',
    worthSaying: true,
  },
  'policy-dynamic': {
    text: "its Content-Security-Policy has 'strict-dynamic' and no nonce; add a nonce to script-src",
    worthSaying: true,
  },
  'policy-source': {
    text: "its Content-Security-Policy allows no script of the page's own origin; add 'self' to script-src",
    worthSaying: true,
  },
  'policy-nonces': {
    text: 'its Content-Security-Policies ask for different nonces; one script can have one only',
    worthSaying: true,
  },
} as const satisfies Readonly<Record<string, NoTagEntry>>;

interface NoTagEntry {
  readonly text: string;
  readonly worthSaying: boolean;
}

export type NoTagReason = keyof typeof noTagTable;
