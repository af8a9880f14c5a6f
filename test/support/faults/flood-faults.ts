import type { RealmOptions } from '../browser/realm.ts';
import type { Fault } from './faults.ts';

/** A fifth of all requests; the sum of the shares. */
export const FIFTH: Partial<Record<Fault, number>> = {
  'cut-request': 0.04,
  'cut-response': 0.05,
  delay: 0.03,
  duplicate: 0.03,
  'late-duplicate': 0.02,
  void: 0.025,
  hang: 0.005,
};

/** Internet Explorer 8 and 9. */
export const XDR: Partial<RealmOptions> = {
  ie: true,
  xhr: 'msxml',
  xdr: true,
  without: ['WebSocket', 'TextDecoder'],
};

/** Times and sizes of a gateway for a flood: small, so that each of its many requests may break. */
export const FLOOD_OPTIONS = [
  ...['--grace', '0', '--heartbeat', '1s', '--resume-window', '60s', '--jsonp'],
  ...['--max-body', '16KiB', '--poll-budget', '16KiB', '--stream-budget', '32KiB'],
  ...['--log-level', 'silent', '--no-demo'],
];
