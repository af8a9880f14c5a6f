/**
 * Header entries in their order, each name once: of a repeated one the first counts (STOMP 1.2, "Repeated Header Entries").
 */
export type FrameHeaders = ReadonlyMap<string, string>;

/** One STOMP frame. Its headers are as they were spelled, with escapes and all: `headers.ts` reads them by version. */
export interface Frame {
  readonly command: string;
  readonly headers: FrameHeaders;
  readonly body: Buffer;
  /** The whole frame as it came, with its NUL, where it can travel on so. */
  readonly bytes?: Buffer;
}

/** What a client may send. `STOMP` is `CONNECT` since 1.1. */
export const CLIENT_COMMANDS: ReadonlySet<string> = new Set([
  'CONNECT',
  'STOMP',
  'SEND',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'ACK',
  'NACK',
  'BEGIN',
  'COMMIT',
  'ABORT',
  'DISCONNECT',
]);

/** What a server may send. */
export const SERVER_COMMANDS: ReadonlySet<string> = new Set(['CONNECTED', 'MESSAGE', 'RECEIPT', 'ERROR']);

/** The body of a frame that has none. */
export const NO_BODY: Buffer = Buffer.alloc(0);

/** Makes a frame of header entries; those without a value are left out. */
export function makeFrame(
  command: string,
  headers: Readonly<Record<string, string | undefined>>,
  body: Buffer = NO_BODY,
): Frame {
  const given = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { command, headers: new Map(given), body };
}
