import { isNodeName } from '../cluster/node-name.ts';
import type { RequestHead } from '../http/request-head.ts';
import { readToken } from '../transport/body-gates.ts';
import { decodeForm } from '../transport/legacy/form.ts';

/** The node that a token names; undefined if it is no token. */
export function nodeOf(token: string): string | undefined {
  const dot = token.indexOf('.');
  const name = dot < 0 ? '' : token.slice(0, dot);
  return isNodeName(name) ? name : undefined;
}

/** The node of the token that a body begins with (PROTOCOL.md §4.1). */
export function nodeOfBody(body: Buffer): string | undefined {
  const token = readToken(body)?.token;
  return token === undefined ? undefined : nodeOf(token);
}

/** Whether the body is in the field of a form (PROTOCOL.md §4.4). */
export function isForm({ method, query }: RequestHead, action: string): boolean {
  return method === 'POST' && action === 'send' && query.startsWith('f=');
}

/** The same of a form. */
export function nodeOfForm(form: Buffer): string | undefined {
  const body = decodeForm(form.toString('latin1'));
  return body && nodeOfBody(body);
}
