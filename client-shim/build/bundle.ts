import { readFileSync } from 'node:fs';
import { tokenizer, tokTypes } from 'acorn';
import { type InternalModuleFormat, type Plugin, rollup } from 'rollup';
import ts from 'typescript-es5';
import uglify from 'uglify-js';
import { closures } from './closures.ts';

/**
 * Compiles TypeScript to ES5. TypeScript 7 dropped that target, so this uses the last compiler that
 * has it. uglify then lowers the rest to ES3: reserved words as property names, trailing commas.
 */
const lower: Plugin = {
  name: 'lower-to-es5',
  transform: (code, id) => {
    const { outputText, diagnostics } = ts.transpileModule(code, {
      fileName: id,
      reportDiagnostics: true,
      transformers: { before: [closures] },
      compilerOptions: {
        target: ts.ScriptTarget.ES5,
        module: ts.ModuleKind.ES2015,
        verbatimModuleSyntax: true,
        removeComments: false,
        ignoreDeprecations: '6.0',
      },
    });
    const [problem] = diagnostics ?? [];
    if (problem) throw new Error(`${id}: ${ts.flattenDiagnosticMessageText(problem.messageText, '\n')}`);
    return outputText;
  },
};

/**
 * Bundles a source file and its imports into one script. Any warning is an error. `plugins` run
 * before the compiler.
 */
export async function bundle(
  entry: string,
  format: InternalModuleFormat,
  plugins: readonly Plugin[] = [],
): Promise<string> {
  const built = await rollup({
    input: entry,
    context: 'this',
    plugins: [...plugins, lower],
    onLog(_level, log) {
      throw new Error(log.message);
    },
  });
  const { output } = await built.generate({
    format,
    esModule: false,
    freeze: false,
    externalLiveBindings: false,
    strict: false,
    generatedCode: { preset: 'es5', reservedNamesAsProps: false },
  });
  await built.close();
  return output[0].code;
}

/**
 * Internal properties of the shim's objects begin with an underscore, and the minified script has
 * shorter names for them. A property without an underscore keeps its name, because the page, the
 * browser, or another script of the shim (transport/lazy-script.ts) uses it.
 */
const INTERNAL = /^_/;

/**
 * Names that are not shortened although they begin with an underscore: those that the shim sets on
 * the page's objects by a string, one of the language, and a method of stompjs. Also two-letter
 * names that ES3 would have to quote.
 */
const RESERVED = ['__proto__', '_state', '_tail', '_transmit', 'do', 'if', 'in'];

/** The letters that the minifier gives to variables, most frequent first. */
const LETTERS = 'nrteuoicfasvdlphwgymbkxjqTSCBAEDIMOPNRLFHUVGWXJKQYZz';

/** Names of the internal properties and their short names; tune.ts searches for them. */
export type ShortNames = Readonly<Record<string, string>>;

/** The names with which the shim was smallest when tune.ts ran. */
export const TUNED = JSON.parse(
  readFileSync(new URL('short-names.json', import.meta.url), 'utf8'),
) as ShortNames;

/**
 * A short name for each internal property of the script: the one that `tuned` has for it. Those
 * that it does not have get the shortest that are left, by how often they are used. The minifier
 * itself goes by their order in the script.
 */
export function shortNames(code: string, tuned: ShortNames): ShortNames {
  const uses = new Map<string, number>();
  for (const [, name = ''] of code.matchAll(/[.{,]\s*(_\w+)/g))
    if (!RESERVED.includes(name)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const letters = [...LETTERS];
  const short = [...letters, ...letters.flatMap((first) => letters.map((second) => first + second))];
  const sorted = [...uses].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
  const known = sorted.filter((name) => Object.hasOwn(tuned, name));
  const taken = new Set([...RESERVED, ...known.map((name) => tuned[name])]);
  const free = short.filter((name) => !taken.has(name));
  const rest = sorted.filter((name) => !known.includes(name)).map((name, at) => [name, free[at] as string]);
  return Object.fromEntries([...known.map((name) => [name, tuned[name] as string]), ...rest]);
}

/** Lowers the script to ES3, readable or minified. `banner` stays at the top. */
export function finish(
  code: string,
  banner: string,
  { minified = false, module = false, names = TUNED } = {},
): string {
  const short = Object.entries(shortNames(code, names)).map(([name, to]) => [`$${name}`, to]);
  const { code: finished, error } = uglify.minify(code, {
    ie: true,
    webkit: true,
    v8: true,
    module,
    // Inlining functions with more than a return statement makes the gzipped script 3 % larger. Not
    // `pure_getters`: a property of a frame's window may throw, and the shim asks whether it does.
    compress: minified && { passes: 9, hoist_funs: true, inline: 1 },
    mangle: minified && { properties: { regex: INTERNAL, reserved: RESERVED } },
    ...(minified && { nameCache: { props: { props: Object.fromEntries(short) } } }),
    output: {
      // A script without a charset is read in the charset of the page.
      ascii_only: true,
      beautify: !minified,
      comments:
        !minified && ((_node: unknown, { value }: { value: string }) => !value.includes('biome-ignore')),
      preamble: banner,
    },
  } as uglify.MinifyOptions);
  if (error) throw error;
  return `${asciiComments(escapeSlashes(finished))}\n`;
}

const ASCII: Record<string, string> = { '§': 'section ', '→': '->', '–': '-', '…': '...' };

/**
 * Replaces characters outside ASCII. They can only be in comments now, where a wrong charset could
 * swallow the end of the line.
 */
function asciiComments(code: string): string {
  return code.replace(/[^\n\x20-\x7e]/g, (found) => ASCII[found] ?? '?');
}

/**
 * Escapes slashes in classes of regular expressions. In ES3 a slash there ends the expression
 * (§7.8.5; the 5th edition allows it), and uglify writes it without a backslash.
 */
function escapeSlashes(code: string): string {
  let escaped = '';
  let from = 0;
  for (const token of tokenizer(code, { ecmaVersion: 6, sourceType: 'module' })) {
    if (token.type !== tokTypes.regexp) continue;
    const end = code.lastIndexOf('/', token.end - 1);
    const pattern = code.slice(token.start + 1, end);
    escaped += `${code.slice(from, token.start)}/${pattern.replace(/\\[\s\S]|\//g, (found) => (found === '/' ? '\\/' : found))}`;
    from = end;
  }
  return escaped + code.slice(from);
}
