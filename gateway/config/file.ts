import { readFileSync } from 'node:fs';
import { parseDocument, type YAMLError } from 'yaml';
import { ConfigError } from '../base/errors.ts';

/** Reads a config file: YAML, of which JSON is a part. What the keys mean is checked later, together with the flags. */
export function readConfigFile(file: string): Readonly<Record<string, unknown>> {
  const content = parseFile(file, readText(file));
  if (content === null || content === undefined) return {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new ConfigError('GW_CONFIG', `${file} must be a table of options`);
  }
  return content as Record<string, unknown>;
}

function readText(file: string): string {
  if (file === '') throw new ConfigError('GW_CONFIG', '--config "" must be the name of a file');
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(
      'GW_CONFIG',
      `--config ${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`,
    );
  }
}

/** What the parser only warns of, such as a tag that it does not know, would be another value than the one that was meant. */
function parseFile(file: string, text: string): unknown {
  try {
    const document = parseDocument(text, { stringKeys: true });
    for (const fault of [...document.errors, ...document.warnings]) throw fault;
    return document.toJS();
  } catch (error) {
    throw new ConfigError('GW_CONFIG', `${file} is not valid YAML or JSON: ${reasonOf(error as YAMLError)}`);
  }
}

const colonAdvice = '; a value with a colon at its end, like "echo:", wants quotes';

/** The parser's message goes on for several lines; its first one says what and where. */
function reasonOf({ code, message }: YAMLError): string {
  const [first = ''] = message.split('\n');
  const reason = first
    .replace(/:$/, '')
    .replace(/^Source contains multiple documents; .*(?= at )/, 'more than one document');
  return code === 'BLOCK_AS_IMPLICIT_KEY' || code === 'BLOCK_IN_FLOW' ? reason + colonAdvice : reason;
}
