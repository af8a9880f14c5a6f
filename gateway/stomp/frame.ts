/**
 * Header entries in their order. Each name occurs once: of a repeated entry only the first counts
 * (STOMP 1.2, "Repeated Header Entries").
 */
export type FrameHeaders = ReadonlyMap<string, string>;

/**
 * One STOMP frame. Its headers still have their escapes, because these depend on the version:
 * `headers.ts` decodes them.
 */
export interface Frame {
  readonly command: string;
  readonly headers: FrameHeaders;
  readonly body: Buffer;
  /** The whole frame as received, with its NUL. Present if it can be passed on unchanged. */
  readonly bytes?: Buffer;
}

/** The commands of clients. `STOMP` means `CONNECT` since 1.1. */
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

/** The commands of servers. */
export const SERVER_COMMANDS: ReadonlySet<string> = new Set(['CONNECTED', 'MESSAGE', 'RECEIPT', 'ERROR']);

/** The empty body. */
export const NO_BODY: Buffer = Buffer.alloc(0);

/** Header entries to make a frame of. Those without a value are left out. */
export type FrameEntries = Readonly<Record<string, string | undefined>>;

/** Makes a frame. */
export function makeFrame(command: string, headers: FrameEntries, body: Buffer = NO_BODY): Frame {
  const entries = Object.entries(headers).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { command, headers: new Map(entries), body };
}
