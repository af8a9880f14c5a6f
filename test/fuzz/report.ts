import type { Result } from './run-target.ts';

const LONGEST_INPUT = 400;

/** The result of one target, in a few lines. */
export function describeResult(name: string, seed: number, result: Result): string {
  const { inputs, seconds, slowest, growth, failed, failures } = result;
  const lines = [
    `${name}: ${inputs.toLocaleString('en')} inputs, seed ${seed}, ` +
      `${Math.round(inputs / seconds).toLocaleString('en')} inputs/s, ` +
      `memory ${growth < 0 ? '−' : '+'}${Math.round(Math.abs(growth) / 1024)} KiB, ${failed} failed`,
    `  slowest: ${slowest.ms.toFixed(2)} ms, input ${slowest.index}: ${inHex(slowest.input)}`,
    ...failures.map(
      ({ index, input, error }) =>
        `  failed, ${repeat(name, seed, index)}\n    input ${inHex(input)}\n    ${described(error)}`,
    ),
  ];
  return lines.join('\n');
}

/** The command that runs one input again. */
export function repeat(name: string, seed: number, index: number): string {
  return `npm run fuzz -- --target ${name} --seed ${seed} --from ${index} --inputs 1`;
}

function inHex(input: Buffer | string): string {
  const bytes = Buffer.from(input as string);
  const hex = bytes.toString('hex', 0, LONGEST_INPUT / 2);
  return bytes.length * 2 > LONGEST_INPUT ? `${hex}… (${bytes.length} bytes)` : hex || '(empty)';
}

function described(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return text.split('\n').slice(0, 12).join('\n    ');
}
