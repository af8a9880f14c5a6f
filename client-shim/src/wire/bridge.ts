import { VERSION } from '../lang/version.ts';

/**
 * A message between page and bridge (PROTOCOL.md §14). It has a number that grows with each
 * message, because IE may deliver one twice; the id of a connection, or 0 for the bridge itself;
 * one letter; and its data.
 */
const MESSAGE = new RegExp('^fallback-gateway ' + VERSION + ' (\\d+) (\\d+) ([A-Z])([\\s\\S]*)$');

export function encodeBridge(number: number, id: string, verb: string, data: string): string {
  return 'fallback-gateway ' + VERSION + ' ' + number + ' ' + id + ' ' + verb + data;
}

/**
 * The match: the whole message, number, connection, letter, data. Null for messages of other
 * scripts, or of another version.
 */
export function readBridge(text: unknown): string[] | null {
  return MESSAGE.exec('' + text);
}
