import type { Attribute, TagHandler } from './head-reader.ts';

const SPACE = /[\t\n\f\r ]*/y;
const NAME = /[a-z][a-z0-9]*(?=[\t\n\f\r />])/iy;
const ATTRIBUTE =
  /[\t\n\f\r ]+([a-z_:@][\w:.@-]*)(?:[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"&\0\r]*)"|'([^'&\0\r]*)'|([^\s"'<=>`&\0\x80-\xff]+)))?/iy;
const TAG_END = /[\t\n\f\r ]*\/?>/y;
const DOCTYPE = /<!doctype[\t\n\f\r ]+[a-z]+(?:[\t\n\f\r ]+(?:public|system)[^>\0]*)?>/iy;
const COMMENT = /<!--([^->[<\0\r][^-\0\r]*(?:-[^-\0\r]+)*)-->/y;
const DECLARATION = /<\?[^>\0\r]*>/y;
const END_TAG = /<\/([a-z][a-z0-9]*)>/iy;

/** Each is compared with those before it. */
const MOST_ATTRIBUTES = 50;

/** Elements whose content is text, to their end tag (HTML §13.2.5.2 to 4). */
const RAW: Readonly<Record<string, RegExp>> = Object.fromEntries(
  ['title', 'style', 'noscript', 'noframes'].map((name) => [
    name,
    new RegExp(`</${name}(?=[\\t\\n\\f\\r />])`, 'gi'),
  ]),
);

/**
 * Reads tags, comments and doctypes from an offset on as long as they are plain. It stops before
 * the first that is not, such as one with a character reference, and before text. The result is the
 * offset at which it has stopped. The tokenizer of parse5 goes on there: this reader is many times
 * as fast, but never decides what doubtful markup means. Fuzzing compares the two.
 */
export function readPlainTokens(text: string, from: number, handler: TagHandler): number {
  let at = from;
  for (;;) {
    at = after(SPACE, text, at) ?? at;
    const end = readToken(text, at, handler);
    if (end === undefined) return at;
    at = end.at;
    if (!end.goesOn) return at;
  }
}

interface Read {
  readonly at: number;
  readonly goesOn: boolean;
}

const read = (at: number, goesOn: boolean): Read => ({ at, goesOn });

function readToken(text: string, at: number, handler: TagHandler): Read | undefined {
  if (text[at] !== '<') return undefined;
  const next = text[at + 1];
  if (next === '!') return readDeclaration(text, at, handler);
  if (next === '?') {
    const end = after(DECLARATION, text, at);
    return end === undefined ? undefined : read(end, handler.comment(text.slice(at + 1, end - 1), at, end));
  }
  if (next === '/') {
    const name = match(END_TAG, text, at)?.[1];
    const end = END_TAG.lastIndex;
    return name === undefined ? undefined : read(end, handler.endTag(name.toLowerCase(), at, end));
  }
  return readStartTag(text, at, handler);
}

function readDeclaration(text: string, at: number, handler: TagHandler): Read | undefined {
  const comment = match(COMMENT, text, at);
  if (comment !== null) {
    const end = COMMENT.lastIndex;
    return read(end, handler.comment(comment[1] as string, at, end));
  }
  const end = after(DOCTYPE, text, at);
  return end === undefined ? undefined : read(end, handler.doctype(at, end));
}

function readStartTag(text: string, at: number, handler: TagHandler): Read | undefined {
  const name = match(NAME, text, at + 1)?.[0].toLowerCase();
  if (name === undefined) return undefined;
  let end = NAME.lastIndex;
  const attributes: Attribute[] = [];
  for (;;) {
    const found = match(ATTRIBUTE, text, end);
    if (found === null || attributes.length === MOST_ATTRIBUTES) break;
    end = ATTRIBUTE.lastIndex;
    const attribute = (found[1] as string).toLowerCase();
    if (attributes.some((one) => one.name === attribute)) continue;
    attributes.push({ name: attribute, value: found[2] ?? found[3] ?? found[4] ?? '' });
  }
  const tagEnd = after(TAG_END, text, end);
  if (tagEnd === undefined) return undefined;
  if (!Object.hasOwn(RAW, name)) {
    return read(tagEnd, handler.startTag(name, attributes, at, tagEnd));
  }
  const rest = readRawText(text, name, tagEnd);
  if (rest === undefined) return undefined;
  const goesOn = handler.startTag(name, attributes, at, tagEnd) && handler.endTag(name, rest.start, rest.end);
  return { at: rest.end, goesOn };
}

/** The end tag of an element whose content is text. */
function readRawText(text: string, name: string, from: number): { start: number; end: number } | undefined {
  const pattern = RAW[name] as RegExp;
  pattern.lastIndex = from;
  const start = pattern.exec(text)?.index;
  if (start === undefined) return undefined;
  const end = start + name.length + 3;
  return text[end - 1] === '>' ? { start, end } : undefined;
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Where the match ends that begins at `at`; undefined: there is none. */
function after(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
