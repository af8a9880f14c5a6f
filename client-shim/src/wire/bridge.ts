import { VERSION } from '../lang/version.ts';

/** What page and bridge tell each other (PROTOCOL.md §13). */
export interface BridgeMessage {
  /** One more with each message, so that one which an engine brings twice is told from the next. */
  readonly number: number;
  /** The connection meant; 0 is the bridge itself. */
  readonly id: string;
  /** One letter. */
  readonly verb: string;
  readonly data: string;
}

const MARK = 'fallback-gateway ' + VERSION + ' ';
const PARTS = /^(\d+) (\d+) ([A-Z])([\s\S\u180e]*)$/;

export function spellBridge(number: number, id: string, verb: string, data: string): string {
  return MARK + number + ' ' + id + ' ' + verb + data;
}

/** Null for what is none of ours, or of another version. */
export function readBridge(text: unknown): BridgeMessage | null {
  const parts =
    ('' + text).substring(0, MARK.length) === MARK && PARTS.exec(('' + text).substring(MARK.length));
  return parts
    ? {
        number: +(parts[1] as string),
        id: parts[2] as string,
        verb: parts[3] as string,
        data: parts[4] as string
      }
    : null;
}
