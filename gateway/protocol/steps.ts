/** A transport without a session, which a client tries before it asks for one. */
export type DirectTransport = 'websocket' | 'flash-socket' | 'bridge';

/** What became of it. The place in this list is its code on the wire (PROTOCOL.md §3.5). */
export const OUTCOMES = [
  'not requested',
  'none, or a draft',
  'failed before',
  'not allowed',
  'no answer',
  'refused',
  'slow network',
  'no script',
  'no player answered',
  'bridge mute',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** Carriers in the order of their codes. The first five that follow `websocket` are streams. */
export const STEP_CARRIERS = [
  'websocket-session',
  'eventsource',
  'xhr-streaming',
  'htmlfile',
  'iframe-htmlfile',
  'xdr-streaming',
  'xhr-polling',
  'xdr-polling',
  'jsonp-polling',
] as const;

/** How many of them stream, behind the first. */
const STREAMS = 5;

/**
 * What a client says of a carrier: the engine has it not (`n`), the page leaves it out (`o`), it
 * failed before (`b`), or it may be used (`y`).
 */
export type CarrierState = 'n' | 'o' | 'b' | 'y';

/** What a client tells of its way to `create`. */
export interface Steps {
  /** What became of each direct transport at last. */
  readonly websocket: Outcome | undefined;
  readonly flash: Outcome | undefined;
  readonly bridge: Outcome | undefined;
  /** The states of the streams, and of the polls. */
  readonly streams: string;
  readonly polls: string;
}

/** Characters of the field. */
export const MAX_STEPS = 512;

const STEPS = /^((?:[wfb]\d)*)\.([nyob]{9})$/;

/** Reads the field `steps` of a `create`. Undefined if it is not as PROTOCOL.md §3.5 says. */
export function parseSteps(text: string): Steps | undefined {
  const [, direct = '', carriers = ''] = (text.length <= MAX_STEPS && STEPS.exec(text)) || [];
  if (carriers === '') return undefined;
  /** The last step of a transport decides: a page that was suspended begins anew. */
  const lastOf = (letter: string): Outcome | undefined => {
    const at = direct.lastIndexOf(letter);
    return at < 0 ? undefined : OUTCOMES[Number(direct.charAt(at + 1))];
  };
  return {
    websocket: lastOf('w'),
    flash: lastOf('f'),
    bridge: lastOf('b'),
    streams: carriers.slice(1, 1 + STREAMS),
    polls: carriers.slice(1 + STREAMS),
  };
}
