import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundle, finish, type ShortNames, shortNames, TUNED } from './bundle.ts';

// Searches for the short names of internal properties with which the gzipped shim is smallest, and
// writes them to short-names.json: `node --import tsx client-shim/build/tune.ts [tries]`. It swaps
// two names, beginning with those of the file, and keeps what is not worse. A name that is not in
// the file gets one when the shim is built, so this need not run after each change. Measured: 0.9 %
// smaller after 40,000 tries, which take two minutes.

const [, , tries = '40000'] = process.argv;
const folder = new URL('./', import.meta.url);
const code = await bundle(fileURLToPath(new URL('../src/main.ts', folder)), 'iife');
const names: Record<string, string> = { ...shortNames(code, TUNED) };
const keys = Object.keys(names);

/** Each internal property has a name of its own that occurs nowhere else, to be replaced. */
const marked = Object.fromEntries(keys.map((name, at) => [name, `$${String(at).padStart(4, '0')}$`]));
const chunks = finish(code, '', { minified: true, names: marked }).split(/\$(\d{4})\$/);

function sizeWith(current: ShortNames): number {
  const text = chunks.map((chunk, at) => (at % 2 ? current[keys[Number(chunk)] as string] : chunk)).join('');
  return gzipSync(text, { level: 9 }).length;
}

/** A linear congruential generator, so that each run finds the same. */
let seed = 1;
const below = (end: number): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
  return Math.floor((seed / 2 ** 31) * end);
};

let best = sizeWith(names);
console.log(`${best} bytes`);
for (let at = 0; at < Number(tries); at += 1) {
  const [a, b] = [keys[below(keys.length)] as string, keys[below(keys.length)] as string];
  const before = { ...names };
  [names[a], names[b]] = [names[b] as string, names[a] as string];
  const size = sizeWith(names);
  if (size > best) Object.assign(names, before);
  best = Math.min(best, size);
}
const sorted = Object.fromEntries(Object.entries(names).toSorted(([a], [b]) => (a < b ? -1 : 1)));
await writeFile(new URL('short-names.json', folder), `${JSON.stringify(sorted, null, 2)}\n`);
console.log(`${best} bytes`);
