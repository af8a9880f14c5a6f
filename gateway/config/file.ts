import {
  type CST,
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  parseDocument,
  type YAMLError,
} from 'yaml';
import { badOption } from './complaint.ts';
import { readNamedFile } from './read-file.ts';

/** A config file that was read. */
export interface ConfigFile {
  readonly options: Readonly<Record<string, unknown>>;
  /** The line of a key, or of the nearest key above that is there. Undefined if none is. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
}

/**
 * Reads a config file in YAML, which includes JSON. The keys are checked later, together with the
 * flags. Throws a `ConfigError` whose message is one line.
 */
export function readConfigFile(file: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseFile(file, readText(file), lines);
  const content = contentOf(file, document);
  if (content !== null && content !== undefined && (typeof content !== 'object' || Array.isArray(content))) {
    // Without the space YAML takes `listen:8080` for text.
    const advice = /^\w+:\S/.test(String(content)) ? ', with a space after the colon' : '';
    throw badOption(`${file} must be a table of options, such as "listen: 8080"${advice}`);
  }
  return {
    options: (content ?? {}) as Record<string, unknown>,
    lineOf: (path) => {
      const offset = offsetOf(document, path);
      return offset === undefined ? undefined : lines.linePos(offset).line;
    },
  };
}

function offsetOf({ contents }: Document, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = contents;
  let offset: number | undefined;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((one) => isScalar(one.key) && one.key.value === key);
      if (pair === undefined) break;
      offset = (pair.key as { range?: readonly number[] }).range?.[0];
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = (node as { range?: readonly number[] } | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}

function readText(file: string): string {
  if (file === '') throw badOption('--config "" must be the name of a file');
  const bytes = readNamedFile(file, `--config ${file}`);
  try {
    // The decoder drops the byte order mark that editors on Windows write.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Windows PowerShell writes UTF-16 for `>` and Out-File.
    const is16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    throw badOption(`${file} is ${is16 ? 'text in UTF-16' : 'not text in UTF-8'}: save it as UTF-8`);
  }
}

/** Levels of lists and tables. No option has more than five, and the parser recurses into each. */
const MAX_DEPTH = 32;

/**
 * Parses the text. A warning is an error here: a value with an unknown tag would not be the value
 * that was meant.
 */
function parseFile(file: string, text: string, lineCounter: LineCounter): Document {
  if (isDeeper(new Parser().parse(text), MAX_DEPTH)) {
    throw badOption(`${file} has lists or tables nested more than ${MAX_DEPTH} deep`);
  }
  try {
    const document = parseDocument(text, { stringKeys: true, resolveKnownTags: false, lineCounter });
    for (const fault of [...document.errors, ...document.warnings]) throw fault;
    return document;
  } catch (error) {
    throw badOption(`${file} is not valid YAML or JSON: ${reasonOf(error as YAMLError, text)}`);
  }
}

/** An alias may name what is not there, or stand for too much. */
function contentOf(file: string, document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw badOption(`${file} is not valid YAML or JSON: ${reasonOf(error as YAMLError, '')}`);
  }
}

/** Goes level by level: a recursion would overflow the stack as the parser does. */
function isDeeper(documents: Iterable<CST.Token>, most: number): boolean {
  let level: readonly CST.Token[] = [...documents];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap(childrenOf);
  }
  return false;
}

function childrenOf(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value]).filter((child) => child != null);
}

/** What to do about faults that are common, by the parser's code. */
const advice: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: '; a value with a colon at its end, like "echo:", wants quotes',
  BLOCK_IN_FLOW: '; a value with a colon at its end, like "echo:", wants quotes',
  BAD_DQ_ESCAPE: "; a path with backslashes wants single quotes, 'C:\\certs\\key.pem'",
  TAB_AS_INDENT: '; indent with spaces',
  DUPLICATE_KEY: '; write each key once',
  MISSING_CHAR: '; a quote, bracket, comma or colon is missing',
};

/** The parser's message has several lines. The first one says what is wrong and where. */
function reasonOf({ code, message }: YAMLError, text: string): string {
  const [first = ''] = message.split('\n');
  const reason = first
    .replace(/:$/, '')
    .replace(/^Source contains multiple documents; .*(?= at )/, 'more than one document');
  const line = Number(/ at line (\d+)/.exec(reason)?.[1] ?? 0);
  return reason + (tabAdvice(text, line) || commentAdvice(text, line) || advice[code] || '');
}

/** The parser does not always name the tab: it may complain of what follows. */
function tabAdvice(text: string, line: number): string {
  return /^ *\t/.test(text.split('\n')[line - 1] ?? '') ? '; indent with spaces, not with tabs' : '';
}

function commentAdvice(text: string, line: number): string {
  const near = text.split('\n').slice(Math.max(0, line - 2), line);
  return near.some((one) => /^\s*(?:\/\/|\/\*)/.test(one)) ? '; a comment begins with #' : '';
}
