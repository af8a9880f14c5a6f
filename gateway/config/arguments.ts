import { parseBackend } from './backends.ts';
import { closest } from './closest.ts';
import { shown } from './complaint.ts';
import { type Flag, fileOnly, flagNamed, flags } from './flag-names.ts';
import type { Problems } from './problems.ts';
import { synonymOf } from './synonyms.ts';

/**
 * Arguments without those that the parser would misread: flags without their value, flags that are
 * there twice, a route that a space cut in two. They go to `problems`.
 */
export function withoutMistakes(args: readonly string[], problems: Problems): string[] {
  const kept: string[] = [];
  const seen = new Set<string>();
  for (let index = 0; index < args.length; index++) {
    const arg = String(args[index]);
    if (arg === '--') return [...kept, ...args.slice(index)];
    const flag = flagNamed(arg.replace(/=.*$/s, ''));
    if (flag !== undefined && !flag.isRepeatable && seen.has(flag.key))
      problems.add(`${flag.name} is given twice`);
    if (flag !== undefined) seen.add(flag.key);
    if (!flag?.needsValue || arg.includes('=')) {
      kept.push(arg);
      continue;
    }
    const [value, next] = [args[index + 1], args[index + 2]];
    if (value === undefined || /^--[a-z]/.test(value)) {
      problems.add(`${flag.name} needs a value: ${flag.usage}`);
      continue;
    }
    index++;
    if (flag.name === '--route' && /^\/[^=]*$/.test(value) && parseBackend(next ?? '') !== undefined) {
      problems.add(`--route "${value} ${next}" must be PATH=BACKEND: write --route ${value}=${next}`);
      index++;
    } else kept.push(arg, value);
  }
  return kept;
}

/** One line for each argument that is no option and no value of one. */
export function excessArguments(args: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = String(args[index]);
    if (!/^[-\u2010-\u2015\u2212]./.test(arg)) {
      lines.push(`${shown(arg, [])} is not an option${operandAdvice(arg)}`);
      continue;
    }
    // The value of an option that is not known.
    const next = args[index + 1];
    const hasValue = !arg.includes('=') && next !== undefined && !/^-[^\d]/.test(next);
    if (hasValue) index++;
    const [, name = '', attached] = /^([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    lines.push(
      `unknown option ${shown(name, []).replaceAll('"', "'")}${optionAdvice(name, hasValue ? next : attached)}`,
    );
  }
  return lines;
}

/** What was meant by an option that is not known. */
function optionAdvice(written: string, value: string | undefined): string {
  const opposite = oppositeAdvice(written);
  if (opposite !== undefined) return opposite;
  const name = written.replace(/^[-\u2010-\u2015\u2212]+/, '');
  if (flagNamed(written) !== undefined) return `: ${written} takes no value${negation(written, value)}`;
  const meant = flagMeant(name);
  if (meant === undefined) {
    const place = fileOnly(camelCase(name));
    return place === undefined ? ': --help lists all' : `: it stands in the config file, ${place}`;
  }
  const isOther = !/^-/.test(written) ? ' (the dash is not a hyphen)' : '';
  const given = value === undefined || !meant.needsValue ? '' : ` ${valueFor(meant, value)}`;
  return `: write ${meant.name}${given || meant.usage.slice(meant.name.length)}${isOther}`;
}

/** `--sockjs` and `--no-jsonp` say what is so without them. */
function oppositeAdvice(written: string): string | undefined {
  if (flagNamed(written) !== undefined) return undefined;
  const [, no = '', name = ''] = /^--(no-)?(.+)$/.exec(written) ?? [];
  if (no === '' && flagNamed(`--no-${name}`) !== undefined) {
    return `: leave it out, only --no-${name} changes something`;
  }
  return no !== '' && flagNamed(`--${name}`) !== undefined
    ? `: leave it out, nothing is switched on or set without --${name}`
    : undefined;
}

function negation(name: string, value: string | undefined): string {
  const negated = flagNamed(`--no-${name.slice(2)}`);
  if (!/^(?:false|no|off|0)$/i.test(value ?? '')) return '';
  return negated === undefined ? ', leave it out' : `, write ${negated.name}`;
}

/** `--port 0.0.0.0:80` is `--listen 0.0.0.0:80`, `--backend ws://h` is `--route /ws=ws://h`. */
function valueFor({ name }: Flag, value: string): string {
  const safe = shown(value, []).replace(/^"([\w./:=@*+,[\]-]+)"$/, '$1');
  return name === '--route' && !value.startsWith('/') ? `/ws=${safe}` : safe;
}

function flagMeant(name: string): Flag | undefined {
  const kebab = name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  const exact = flagNamed(`--${name}`) ?? flagNamed(`--${kebab}`);
  if (exact !== undefined) return exact;
  const names = flags.map((flag) => flag.name.slice(2));
  const key = synonymOf(
    name,
    flags.map((flag) => flag.key),
  );
  if (key !== undefined) return flags.find((flag) => flag.key === key);
  if (name.length < 3 || fileOnly(camelCase(name)) !== undefined) return undefined;
  const near = closest(name, names);
  return near === undefined ? undefined : flagNamed(`--${near}`);
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** What was meant by an argument that begins without a dash. */
function operandAdvice(arg: string): string {
  if (/^\/(?:\?|help)$/i.test(arg)) return ': write --help';
  if (/^\/[^=\s]*=/.test(arg)) return `: write --route ${valueFor(flagNamed('--route') as Flag, arg)}`;
  if (/^(?:wss?|stomps?|https?):/i.test(arg))
    return `: write --route ${valueFor(flagNamed('--route') as Flag, arg)}`;
  if (/^(?:[\w.*-]*:)?\d{1,5}$/.test(arg)) return `: write --listen ${arg}`;
  if (/\.(?:ya?ml|json|conf)$/i.test(arg))
    return `: write --config ${valueFor(flagNamed('--config') as Flag, arg)}`;
  if (/^(?:true|false|yes|no|on|off)$/i.test(arg))
    return ': flags take no true or false, --no-NAME switches off';
  if (/^(?:start|serve|run|server|up|dev|proxy)$/i.test(arg))
    return ': there are no commands, the gateway starts by itself';
  const [, name = '', value] = /^([a-z][\w-]*)(?:[=:](.*))?$/is.exec(arg) ?? [];
  const meant = name === '' ? undefined : flagMeant(name);
  if (meant === undefined) return ': --help lists all options';
  return `: write ${meant.name}${value && meant.needsValue ? ` ${valueFor(meant, value)}` : ''}`;
}
