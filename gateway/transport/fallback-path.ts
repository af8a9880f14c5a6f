import { isNodeName } from '../cluster/node-name.ts';

/** The parts of a request's path in the fallback protocol (PROTOCOL.md §1). */
export interface FallbackAddress {
  /** Path of the WebSocket URL, without trailing slashes. */
  readonly base: string;
  /** The node that the client takes for the owner of its session: a hint, and never the truth. */
  readonly node: string | undefined;
  readonly token: string | undefined;
  readonly action: string;
}

const MARK = '/_fallback/';
const VERSION = 'v1/';
/** Stands behind the name of a node. No token has it. */
const NODE_END = '~';

/** Whether a path belongs to the fallback protocol, in any version. */
export function isFallback(path: string): boolean {
  return path.includes(MARK);
}

/** Reads a path; undefined if it is not of this version and form. */
export function parseFallbackPath(path: string): FallbackAddress | undefined {
  const mark = path.lastIndexOf(MARK);
  const start = mark + MARK.length;
  if (mark < 0 || !path.startsWith(VERSION, start)) return undefined;
  const base = path.slice(0, mark);
  const rest = path.slice(start + VERSION.length);
  const node = readNode(rest);
  const action = node === undefined ? rest : rest.slice(node.length + 2);
  const slash = action.indexOf('/');
  if (slash < 0) return { base, node, token: undefined, action };
  return { base, node, token: action.slice(0, slash), action: action.slice(slash + 1) };
}

/** The node that the first segment names, if it names one. */
function readNode(rest: string): string | undefined {
  const end = rest.indexOf('/') - 1;
  if (end < 1 || rest.charAt(end) !== NODE_END) return undefined;
  const name = rest.slice(0, end);
  return isNodeName(name) ? name : undefined;
}
