import type { EndLetter } from '../dialect/resumable.ts';
import type { EndReason } from '../session/carrier.ts';

/** How the reasons of a session are told to the client. This dialect never refuses a second downstream. */
export const END_LETTER: Readonly<Record<EndReason, EndLetter>> = {
  recycled: 'r',
  superseded: 's',
  gone: 'g',
  refused: 's',
};

/** For frames that travel on a request whose answer has other things to say: what was taken is told by the downstream. */
export function noAnswer(): void {}
