import { fileURLToPath } from 'node:url';
import ts from 'typescript-es5';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The types of the package, as TypeScript knows them. */
export interface Types {
  readonly checker: ts.TypeChecker;
  /** What a file exports, by name. */
  exportsOf(file: string): readonly (readonly [string, ts.Symbol])[];
}

export function readTypes(files: readonly string[]): Types {
  const paths = files.map((file) => root + file);
  const program = ts.createProgram(paths, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: ['node'],
  });
  const checker = program.getTypeChecker();
  return {
    checker,
    exportsOf(file) {
      const source = program.getSourceFile(root + file);
      const module = source && checker.getSymbolAtLocation(source);
      if (module === undefined) throw new Error(`${file} exports nothing`);
      return checker.getExportsOfModule(module).map((symbol) => {
        const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
        return [symbol.name, isAlias ? checker.getAliasedSymbol(symbol) : symbol] as const;
      });
    },
  };
}

/** What stands above a declaration, on one line, without tags. */
export function docOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  return text.replaceAll(/\s*\n\s*/g, ' ').trim();
}

/** The text of `@default`, or undefined. */
export function defaultOf(symbol: ts.Symbol): string | undefined {
  const tag = symbol.getJsDocTags().find(({ name }) => name === 'default');
  return (
    tag &&
    ts
      .displayPartsToString(tag.text)
      .replaceAll(/\s*\n\s*/g, ' ')
      .trim()
  );
}

/** The declaration as it is written, on one line, without comments and `readonly`. */
export function signatureOf(symbol: ts.Symbol): string {
  return (symbol.declarations ?? [])
    .map((declaration) => {
      const text = declaration.getText().replaceAll(/\/\*\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
      return text
        .replaceAll(/\s+/g, ' ')
        .replaceAll(/\breadonly /g, '')
        .replaceAll(' | undefined', '')
        .replace(/^(?:export )?(?:declare )?(?:override )?/, '')
        .trim();
    })
    .join(' ');
}

/** The members of an interface or class that a program sees. */
export function membersOf(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol[] {
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  return checker.getPropertiesOfType(type).filter((member) => {
    const [declaration] = member.declarations ?? [];
    if (declaration === undefined || !declaration.getSourceFile().fileName.startsWith(root)) return false;
    if (declaration.getSourceFile().fileName.includes('/node_modules/')) return false;
    return !member.name.startsWith('__#') && !member.name.startsWith('#');
  });
}

/** Text in a cell of a table. */
export function cell(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim();
}

/** Code in a cell of a table. */
export function code(text: string): string {
  return text === '' ? '' : `\`${cell(text)}\``;
}
