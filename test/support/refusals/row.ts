import type { Started } from './repaired.ts';
import type { Try } from './requests.ts';

/** One refusal: how a gateway is started, and what a client does that it refuses. */
export interface Row {
  /** A line of the table. */
  readonly what: string;
  readonly started: Started;
  readonly attempt: Try;
  /** What the operator fills in. */
  readonly fill?: Readonly<Record<string, string>>;
  /** How the answer begins once the line's option was added. @default 101 or 200 */
  readonly passes?: RegExp;
  /** No option helps: the line says what does. */
  readonly advice?: RegExp;
  /** As many causes as have to be mended. @default 1 */
  readonly edits?: number;
  /** What a page with the shim does, on another origin than the gateway: the path that it opens. */
  readonly page?: string;
}

export const ECHO: Started = { flags: ['--route', '/echo=echo:'] };
export const APP = 'http://app.example';
/** Of the page that `diagnosticsOf` opens. */
export const PAGE_ORIGIN = 'http://127.0.0.1:1';

export function echoWith(...flags: string[]): Started {
  return { flags: [...ECHO.flags, ...flags] };
}
