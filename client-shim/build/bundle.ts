import { tokenizer, tokTypes } from 'acorn';
import { type InternalModuleFormat, type Plugin, rollup } from 'rollup';
import ts from 'typescript-es5';
import uglify from 'uglify-js';

/**
 * TypeScript to ES5, by the last compiler that has that target: 7 dropped it. What remains above ES3 after it (reserved words
 * as property names, trailing commas) is uglify's part.
 */
const lower: Plugin = {
  name: 'lower-to-es5',
  transform: (code, id) => {
    const { outputText, diagnostics } = ts.transpileModule(code, {
      fileName: id,
      reportDiagnostics: true,
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

/** Joins a source file and all that it imports into one script; any warning is an error. `plugins` have the first say. */
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
 * Properties of the shim's own objects, which nobody outside sees: the minified script has shorter names for them. A list of what may be renamed and not
 * of what may not, so that a name left out costs some bytes and breaks nothing.
 */
const INTERNAL =
  /^(?:abandoned|accept|accessors|acknowledged?|add|addRules|age|answered|ask|asOctets|attach|attached|binary|bridge|bridged|buffered|busy|callback|carriers?|clear|connection|constructing|copied|created|crossOrigin|direct|dispatch|downstream|duplex|ended|enter|event|face|fail|failed|find|from|good|handler|hasUnsent|heard|heartbeat|holdsLoad|home|host|isAwaiting|isEmpty|isSet|isWaiting|kind|last|leave|line|list|listeners|lost|members|move|mover|native|next|note|octets|outbox|page|patience|pick|plain|post|postsOctets|read|reading|received|remove|removeAt|removed|rest|rewind|room|rtt|rules|rungs|scheme|seam|seen|selected|seq|session|setBinaryType|setHandler|settings|sharers|silence|since|sizes|slept|start|stop|streams|sync|take|takes|tasks|to|token|tries|unacknowledged|waiting|wake|way|whileConnected|window|works)$/;

/** Two letters that ES3 would have quoted. */
const WORDS = ['do', 'if', 'in'];

/** The last step to ES3, for people to read (`minified` false) or for the wire; `banner` stays at the top. */
export function finish(code: string, banner: string, { minified = false, module = false } = {}): string {
  const { code: finished, error } = uglify.minify(code, {
    ie: true,
    webkit: true,
    v8: true,
    module,
    // Functions of more than a return, put in place of their one call, compress worse: 3 % of the gzipped size.
    compress: minified && { passes: 5, hoist_funs: true, inline: 1 },
    mangle: minified && { properties: { builtins: true, domprops: true, regex: INTERNAL, reserved: WORDS } },
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

const SPELLED: Record<string, string> = { '§': 'section ', '→': '->', '–': '-', '…': '...' };

/** What is not ASCII now stands in comments, where a foreign charset could take the end of the line along. */
function asciiComments(code: string): string {
  return code.replace(/[^\n\x20-\x7e]/g, (found) => SPELLED[found] ?? '?');
}

/** In ES3 a slash ends a regular expression also within a class (§7.8.5; the 5th edition allows it there), and uglify writes it bare. */
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
