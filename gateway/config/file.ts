import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
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
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(
      'GW_CONFIG',
      `--config ${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`,
    );
  }
}

/** The parser's message goes on for several lines; its first one says what and where. */
function parseFile(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('\n');
    throw new ConfigError('GW_CONFIG', `${file} is not valid YAML or JSON: ${reason.replace(/:$/, '')}`);
  }
}
