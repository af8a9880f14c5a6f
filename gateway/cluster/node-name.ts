import { randomBytes } from 'node:crypto';

const SHAPE = /^[A-Za-z0-9_-]{1,32}$/;

/** Characters of `--node`, at most: a dash and six random ones follow. */
export const MAX_PREFIX = 25;

/** Whether this can be a node's name. It is part of tokens and addresses (PROTOCOL.md §3). */
export function isNodeName(name: string): boolean {
  return SHAPE.test(name);
}

/**
 * A name that no other process has: 8 random hexadecimal digits, or the prefix of the option
 * `--node`, a dash and 6 of them.
 */
export function newNodeName(prefix?: string): string {
  if (prefix === undefined) return randomBytes(4).toString('hex');
  return `${prefix}-${randomBytes(3).toString('hex')}`;
}
