/** Other ways to write a unit of time, and ours with a factor. */
const times: readonly [RegExp, string, number][] = [
  [/^(?:msecs?|millis?|milliseconds?)$/, 'ms', 1],
  [/^(?:s|secs?|seconds?)$/, 's', 1],
  [/^(?:m|mins?|minutes?)$/, 'm', 1],
  [/^(?:h|hrs?|hours?)$/, 'h', 1],
  [/^(?:d|days?)$/, 'h', 24],
];

/** The same of sizes. */
const sizes: readonly [RegExp, string, number][] = [
  [/^(?:b|bytes?)$/, 'B', 1],
  [/^k(?:i?b|ilobytes?|ibibytes?)?$/, 'KiB', 1],
  [/^m(?:i?b|egabytes?|ebibytes?)?$/, 'MiB', 1],
  [/^g(?:i?b|igabytes?|ibibytes?)?$/, 'GiB', 1],
];

/** A duration or size in our units. Undefined if it is none that we know. */
export function inOurUnits(given: unknown, kind: 'time' | 'size'): string | undefined {
  const [, number = '', unit = ''] = /^\s*(\d[\d_.,]*)\s*([a-z]+)\s*$/i.exec(String(given)) ?? [];
  const amount = Number(number.replaceAll('_', ''));
  if (unit === '' || !Number.isFinite(amount)) return undefined;
  for (const [pattern, ours, factor] of kind === 'time' ? times : sizes) {
    if (pattern.test(unit.toLowerCase())) return `${amount * factor}${ours}`;
  }
  return undefined;
}

/** Words for "never" and "no bound". */
export function meansOff(given: unknown): boolean {
  return (
    given === false ||
    /^(?:off|none|never|no|false|disabled?|infinite|unlimited|inf|-1|0\w*)$/i.test(String(given))
  );
}

/** A whole number that is written as people do: `10k`, `10_000`, `10,000`, `1e4`. */
export function wholeNumber(given: unknown): number | undefined {
  const text = String(given).trim().toLowerCase();
  const [, digits = '', unit = ''] = /^(\d[\d_,.e+]*)([km]?)$/.exec(text) ?? [];
  const number = Number(digits.replaceAll(/[_,]/g, '')) * (unit === 'k' ? 1e3 : unit === 'm' ? 1e6 : 1);
  return digits !== '' && Number.isInteger(number) ? number : undefined;
}
