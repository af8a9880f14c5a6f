import { z } from 'zod';
import type { Rate } from '../base/token-bucket.ts';
import { closest } from './closest.ts';
import { inOurUnits, meansOff, wholeNumber } from './unit-advice.ts';

/**
 * A kind of value. `parse` returns undefined for what is not allowed. `allowed` then ends the
 * operator's line `heartbeat "abc" must be …`, unless `reason` knows better.
 */
export function value<Output, Input>(
  allowed: string,
  parse: (given: unknown) => Output | undefined,
  reason: (given: unknown) => string | undefined = () => undefined,
): z.ZodType<Output, Input> {
  const schema = z.unknown().transform((given, context) => {
    const parsed = parse(given);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message: reason(given) ?? allowed, input: given });
    return z.NEVER;
  });
  return schema as unknown as z.ZodType<Output, Input>;
}

const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const bytes: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** `reason` of a value: what is allowed, and what to write for what was given. */
export function advised(
  allowed: string,
  advise: (given: unknown) => string | undefined,
): (given: unknown) => string | undefined {
  return (given) => {
    const advice = given === undefined ? undefined : advise(given);
    return advice && `${allowed}; ${advice}`;
  };
}

/** Milliseconds, or a number with the unit ms, s, m or h. `off`, where allowed, is 0. */
export function duration(bounds: {
  min?: string;
  max: string;
  off?: boolean;
}): z.ZodType<number, number | string> {
  const { min = '1ms', max, off = false } = bounds;
  const allowed = `must be a duration of ${min} to ${max}: milliseconds, or a number with ms, s, m or h`;
  return quantity('time', off ? `${allowed}, or "off"` : allowed, min, max, off);
}

/** Bytes, or a number with the unit B, KiB, MiB or GiB. */
export function size(bounds: { min: string; max: string }): z.ZodType<number, number | string> {
  const { min, max } = bounds;
  const allowed = `must be a size of ${min} to ${max}: bytes, or a number with KiB, MiB or GiB`;
  return quantity('size', allowed, min, max, false);
}

function quantity(
  kind: 'time' | 'size',
  allowed: string,
  min: string,
  max: string,
  off: boolean,
): z.ZodType<number, number | string> {
  const units = kind === 'time' ? milliseconds : bytes;
  const least = measure(min, units) ?? 0;
  const most = measure(max, units) ?? 0;
  const parse = (given: unknown): number | undefined => {
    if (off && (given === 'off' || given === 0 || given === '0')) return 0;
    const measured = measure(given, units);
    return measured !== undefined && measured >= least && measured <= most ? measured : undefined;
  };
  const advise = (given: unknown): string | undefined => {
    if (meansOff(given)) return off ? 'write off' : `it cannot be switched off, write ${max} or less`;
    const meant = inOurUnits(given, kind);
    return meant !== undefined && parse(meant) !== undefined ? `write ${meant}` : undefined;
  };
  return value(allowed, parse, advised(allowed, advise));
}

function measure(given: unknown, units: Readonly<Record<string, number>>): number | undefined {
  if (typeof given === 'number') return Number.isInteger(given) ? given : undefined;
  if (typeof given !== 'string') return undefined;
  const [, digits, unit = ''] = /^(\d{1,12}(?:\.\d{1,3})?) ?([A-Za-z]*)$/.exec(given) ?? [];
  if (digits === undefined) return undefined;
  if (unit !== '' && !Object.hasOwn(units, unit)) return undefined;
  const measured = Number(digits) * (units[unit] ?? 1);
  return Number.isInteger(measured) ? measured : undefined;
}

/** Milliseconds as an operator writes them: `25s`. */
export function asDuration(given: number): string {
  return given === 0 ? 'off' : inUnits(given, milliseconds);
}

/** Bytes as an operator writes them: `16MiB`. */
export function asSize(given: number): string {
  return inUnits(given, bytes);
}

function inUnits(given: number, units: Readonly<Record<string, number>>): string {
  const fitting = Object.entries(units).filter(([, size]) => given % size === 0);
  const [unit, size] = fitting.at(-1) ?? ['', 1];
  return `${given / size}${unit}`;
}

/** A whole number. */
export function count(min: number, max: number): z.ZodType<number, number | string> {
  const allowed = `must be a whole number from ${min} to ${max}`;
  const parse = (given: unknown): number | undefined => {
    const number = typeof given === 'string' && /^\d{1,12}$/.test(given) ? Number(given) : given;
    if (typeof number !== 'number' || !Number.isInteger(number)) return undefined;
    return number >= min && number <= max ? number : undefined;
  };
  const advise = (given: unknown): string | undefined => {
    if (meansOff(given)) return `there is no number for "no bound", write ${max} or less`;
    const meant = wholeNumber(given);
    return meant !== undefined && parse(meant) !== undefined ? `write ${meant}` : undefined;
  };
  return value(allowed, parse, advised(allowed, advise));
}

/** YAML 1.1 and shells have more words for these; YAML 1.2 takes them for text. */
const truths: Readonly<Record<string, boolean>> = {
  ...{ true: true, yes: true, on: true, y: true, '1': true, enabled: true },
  ...{ false: false, no: false, off: false, n: false, '0': false, disabled: false },
};

/** Yes or no. */
export function toggle(): z.ZodType<boolean, boolean> {
  const allowed = 'must be true or false';
  const advise = (given: unknown): string | undefined => {
    const meant = truths[String(given).toLowerCase()];
    return meant === undefined
      ? undefined
      : `write ${meant}${typeof given === 'string' ? ', without quotes' : ''}`;
  };
  return value(
    allowed,
    (given) => (typeof given === 'boolean' ? given : undefined),
    advised(allowed, advise),
  );
}

/** One of a few words. */
export function word<const Word extends string>(words: readonly Word[]): z.ZodType<Word, Word> {
  const allowed = `must be one of ${words.join(', ')}`;
  const advise = (given: unknown): string | undefined => {
    const written = String(given).trim().toLowerCase();
    const meant =
      closest(written, words) ??
      words.find(
        (candidate) => written.startsWith(candidate.toLowerCase()) || wordSynonyms[written] === candidate,
      );
    return meant === undefined ? undefined : `write ${meant}`;
  };
  return value(allowed, (given) => words.find((candidate) => candidate === given), advised(allowed, advise));
}

/** Words of other programs for levels of a log and versions of TLS. */
const wordSynonyms: Readonly<Record<string, string>> = {
  ...{
    verbose: 'debug',
    trace: 'debug',
    all: 'debug',
    notice: 'info',
    none: 'silent',
    off: 'silent',
    quiet: 'silent',
  },
  ...{ fatal: 'error', critical: 'error', pretty: 'text', plain: 'text' },
  ...{ '1.0': 'TLSv1', '1.1': 'TLSv1.1', '1.2': 'TLSv1.2', '1.3': 'TLSv1.3' },
};

/** Text that is not empty. */
export function text(allowed: string): z.ZodType<string, string> {
  return value(allowed, (given) => (typeof given === 'string' && given !== '' ? given : undefined));
}

/** One such value, or a list of them. */
export function oneOrMore<Output, Input>(
  each: z.ZodType<Output, Input>,
): z.ZodType<Output[], Input | Input[]> {
  const list = z.preprocess((given) => (Array.isArray(given) ? given : [given]), z.array(each));
  return list as unknown as z.ZodType<Output[], Input | Input[]>;
}

/** An amount in a time: `100/s`, `20/m`, `1MiB/s`. `off` is none. */
export function rate(kind: 'count' | 'size'): z.ZodType<Rate | 'off', string | number> {
  const example = kind === 'count' ? '100/s or 20/m' : '1MiB/s or 10MiB/m';
  return value(`must be a rate like ${example}, or "off"`, (given) => {
    if (given === 'off' || given === 0 || given === '0') return 'off';
    const [, amount, unit = ''] = /^(.+?) ?\/ ?(s|m|h)$/.exec(String(given)) ?? [];
    const measured = measure(amount, kind === 'count' ? {} : bytes);
    const period = milliseconds[unit];
    return measured === undefined || measured < 1 || period === undefined
      ? undefined
      : { amount: measured, period };
  });
}
