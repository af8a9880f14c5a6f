import { VERSION } from '../lang/version.ts';

/**
 * What page and bridge tell each other (PROTOCOL.md §14): a number that is higher with each
 * message, as IE may bring one twice; the connection meant, 0 being the bridge itself; one letter;
 * and the rest.
 */
const MESSAGE = new RegExp('^fallback-gateway ' + VERSION + ' (\\d+) (\\d+) ([A-Z])([\\s\\S]*)$');

export function encodeBridge(number: number, id: string, verb: string, data: string): string {
  return 'fallback-gateway ' + VERSION + ' ' + number + ' ' + id + ' ' + verb + data;
}

/**
 * Number, connection, letter and rest behind the whole; null for what is none of ours, or of
 * another version.
 */
export function readBridge(text: unknown): string[] | null {
  return MESSAGE.exec('' + text);
}
