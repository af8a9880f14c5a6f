import { readFileSync } from 'node:fs';
import { type CST, Parser, parseDocument, type YAMLError } from 'yaml';
import { badOption } from './complaint.ts';

/**
 * Reads a config file: YAML, of which JSON is a part. The keys are checked later, together with the
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
    // Without a byte order mark, which editors on Windows put there.
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

/** Bytes of a file. */
const MAX_SIZE = 1024 ** 2;

/** Levels of lists and tables. No option needs more than five; the parser needs stack for each. */
const MAX_DEPTH = 32;

/**
 * Warnings of the parser are errors here: a value with a tag that it does not know would not be the
 * value that was meant.
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

/** Level by level: recursion would end as the parser's does. */
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

/** The first line of the parser's message says what and where. */
function reasonOf({ code, message }: YAMLError): string {
  const [first = ''] = message.split('\n');
  const reason = first
    .replace(/:$/, '')
    .replace(/^Source contains multiple documents; .*(?= at )/, 'more than one document');
  return code === 'BLOCK_AS_IMPLICIT_KEY' || code === 'BLOCK_IN_FLOW' ? reason + colonAdvice : reason;
}
