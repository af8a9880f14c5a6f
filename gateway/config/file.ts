import { readFileSync } from 'node:fs';
import { type CST, Parser, parseDocument, type YAMLError } from 'yaml';
import { badOption } from './complaint.ts';

/**
 * Reads a config file in YAML, which includes JSON. The keys are checked later, together with the
 * flags. Throws a `ConfigError` whose message is one line.
 */
export function readConfigFile(file: string): Readonly<Record<string, unknown>> {
  const content = parseFile(file, readText(file));
  if (content === null || content === undefined) return {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw badOption(`${file} must be a table of options`);
  }
  return content as Record<string, unknown>;
}

function readText(file: string): string {
  if (file === '') throw badOption('--config "" must be the name of a file');
  const bytes = readBytes(file);
  if (bytes.length > MAX_SIZE) throw badOption(`${file} is longer than 1 MiB`);
  try {
    // The decoder drops the byte order mark that editors on Windows write.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badOption(`${file} is not text in UTF-8`);
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw badOption(`--config ${file} cannot be read: ${code}`);
  }
}

/** Bytes of a config file. */
const MAX_SIZE = 1024 ** 2;

/** Levels of lists and tables. No option has more than five, and the parser recurses into each. */
const MAX_DEPTH = 32;

/**
 * Parses the text. A warning is an error here: a value with an unknown tag would not be the value
 * that was meant.
 */
function parseFile(file: string, text: string): unknown {
  if (isDeeper(new Parser().parse(text), MAX_DEPTH)) {
    throw badOption(`${file} has lists or tables nested more than ${MAX_DEPTH} deep`);
  }
  try {
    const document = parseDocument(text, { stringKeys: true, resolveKnownTags: false });
    for (const fault of [...document.errors, ...document.warnings]) throw fault;
    return document.toJS();
  } catch (error) {
    throw badOption(`${file} is not valid YAML or JSON: ${reasonOf(error as YAMLError)}`);
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

const colonAdvice = '; a value with a colon at its end, like "echo:", wants quotes';

/** The parser's message has several lines. The first one says what is wrong and where. */
function reasonOf({ code, message }: YAMLError): string {
  const [first = ''] = message.split('\n');
  const reason = first
    .replace(/:$/, '')
    .replace(/^Source contains multiple documents; .*(?= at )/, 'more than one document');
  return code === 'BLOCK_AS_IMPLICIT_KEY' || code === 'BLOCK_IN_FLOW' ? reason + colonAdvice : reason;
}
