/** What the operator can do about a refusal. At least one of the two is there. */
export interface Remedy {
  /** An option to add. */
  readonly add?: OptionValue | undefined;
  /** What else helps, or when the option does: a part of a sentence. */
  readonly advice?: string | undefined;
}

/** An option with its value. */
export interface OptionValue {
  /** As in a config file: `host`, `trustedProxy`, `routes`; `stomp.users` is one of a table. */
  readonly key: string;
  /**
   * A number or a word, `true`, or for settings that no flag has a table in YAML. Absent: twice the
   * bound that is in force.
   */
  readonly value?: string | undefined;
  /** The option is a list, of which this is one entry. */
  readonly isList?: boolean;
  /** Only a config file or a program can say it. */
  readonly isTable?: boolean;
}

/**
 * How an operator wrote the option of this key, or would write it: as a flag, in the config file of
 * a name, or in the program that made the gateway, by a call that takes `key: value`.
 */
export type WrittenAs = (
  key: string,
) => 'flag' | { readonly file: string } | { readonly call: (entry: string) => string };

/** What remedies depend on. */
export interface Wording {
  readonly writtenAs: WrittenAs;
  /** For options that are bounds: the next higher value to write. */
  readonly bounds: Readonly<Record<string, string>>;
}

export const defaultWording: Wording = { writtenAs: () => 'flag', bounds: {} };

/** Says a remedy in the words of how the gateway was started: `start with --host app.intranet`. */
export function remedyText({ add, advice }: Remedy, { writtenAs, bounds }: Wording): string {
  if (add === undefined) return advice ?? '';
  const value = add.value ?? bounds[add.key];
  const form = writtenAs(add.key.split('.', 1)[0] as string);
  const option = value === undefined ? raised(add.key) : optionText(add, value, form);
  return advice === undefined ? option : `${option}; ${advice}`;
}

function raised(key: string): string {
  return key.includes('.') ? `raise ${key}` : `raise ${optionName(key)}`;
}

function optionText(option: OptionValue, given: string, form: ReturnType<WrittenAs>): string {
  const { isList = false } = option;
  const [key = '', inner] = option.key.split('.');
  const isTable = option.isTable === true || inner !== undefined;
  const value = inner === undefined ? given : `{ ${inner}: ${given} }`;
  if (form !== 'flag' && 'call' in form)
    return `write ${form.call(`${key}: ${inList(isList, isTable ? value : codeValue(value))}`)}`;
  if (form === 'flag' && !isTable) {
    const flag = optionName(key);
    return value === 'true' ? `start with ${flag}` : `start with ${flag} ${shellWord(value)}`;
  }
  const file = form === 'flag' ? 'the file of --config' : form.file;
  return `write ${key}: ${inList(isList, isTable ? value : yamlWord(value))} in ${file}`;
}

function inList(isList: boolean, value: string): string {
  return isList ? `[${value}]` : value;
}

function codeValue(value: string): string {
  return value === 'true' || /^\d+$/.test(value) ? value : quoted(value);
}

/** `--trusted-proxy` for `trustedProxy`; a route has a flag for each. */
export function optionName(key: string): string {
  if (key === 'routes') return '--route';
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A word that no shell reads as more than one. */
function shellWord(value: string): string {
  return /^[\w.:/@=,+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/** A value that YAML reads as text, or as the number that it is. `null` would be nothing. */
function yamlWord(value: string): string {
  return /^(?!null$)[a-z0-9][\w.-]*$/i.test(value) ? value : `'${value.replaceAll("'", "''")}'`;
}

/** One entry of `routes`, with settings in the form of YAML. */
export function routeSettings(path: string, backend: string, settings: string): OptionValue {
  const value = `{ path: ${quoted(path || '/')}, backend: ${quoted(backend)}, ${settings} }`;
  return { key: 'routes', value, isList: true, isTable: true };
}

/** The entry of `routes` that allows a STOMP destination. */
export function routeStomp(path: string, key: 'send' | 'subscribe', destination: string): OptionValue {
  const value = `{ path: ${quoted(path || '/')}, stomp: { ${key}: [${quoted(destination)}] } }`;
  return { key: 'routes', value, isList: true, isTable: true };
}

/** Text in quotes that JavaScript reads, and YAML where it holds no quote. */
export function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
