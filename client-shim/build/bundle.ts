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

/** Joins a source file and all that it imports into one script; any warning is an error. */
export async function bundle(entry: string, format: InternalModuleFormat): Promise<string> {
  const built = await rollup({
    input: entry,
    context: 'this',
    plugins: [lower],
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

/** The last step to ES3, for people to read (`minified` false) or for the wire; `banner` stays at the top. */
export function finish(code: string, banner: string, { minified = false, module = false } = {}): string {
  const { code: finished, error } = uglify.minify(code, {
    ie: true,
    webkit: true,
    v8: true,
    module,
    compress: minified && { passes: 3 },
    mangle: minified,
    output: { beautify: !minified, comments: !minified, preamble: banner },
  } as uglify.MinifyOptions);
  if (error) throw error;
  return `${finished}\n`;
}
