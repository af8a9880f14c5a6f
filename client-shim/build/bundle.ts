import { tokenizer, tokTypes } from 'acorn';
import { type InternalModuleFormat, type Plugin, rollup } from 'rollup';
import ts from 'typescript-es5';
import uglify from 'uglify-js';
import { closures } from './closures.ts';

/**
 * TypeScript to ES5, by the last compiler that has that target: 7 dropped it. What remains above
 * ES3 after it (reserved words as property names, trailing commas) is uglify's part.
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
 * Joins a source file and all that it imports into one script; any warning is an error. `plugins`
 * have the first say.
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
 * Properties of the shim's own objects are named with a leading underscore, and the minified script
 * has shorter names for them. A property without one keeps its name: the page, the browser, or
 * another script of the shim (transport/lazy-script.ts) knows it by that.
 */
const INTERNAL = /^_/;

/**
 * Names with an underscore that stay: what the shim hides on the page's objects by a string, and a
 * method of stompjs. And two-letter names that ES3 would have to quote.
 */
const RESERVED = ['_state', '_tail', '_transmit', 'do', 'if', 'in'];

/**
 * The last step to ES3, for people to read (`minified` false) or for the wire; `banner` stays at
 * the top.
 */
export function finish(code: string, banner: string, { minified = false, module = false } = {}): string {
  const { code: finished, error } = uglify.minify(code, {
    ie: true,
    webkit: true,
    v8: true,
    module,
    // Functions of more than a return, put in place of their one call, compress worse: 3 % of the
    // gzipped size.
    compress: minified && { passes: 9, hoist_funs: true, inline: 1 },
    mangle: minified && { properties: { regex: INTERNAL, reserved: RESERVED } },
    output: {
      // A script without a charset is read in that of the page.
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
 * What is not ASCII now stands in comments, where a foreign charset could take the end of the line
 * along.
 */
function asciiComments(code: string): string {
  return code.replace(/[^\n\x20-\x7e]/g, (found) => ASCII[found] ?? '?');
}

/**
 * In ES3 a slash ends a regular expression also within a class (§7.8.5; the 5th edition allows it
 * there), and uglify writes it bare.
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
