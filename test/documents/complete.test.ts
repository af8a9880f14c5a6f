import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript-es5';
import { errorTable } from '../../gateway/base/error-table.ts';
import { knownKeys, optionTable } from '../../gateway/config/schema.ts';
import { readDocument, root } from './markdown.ts';

describe('the documents name every', function () {
  this.timeout(60_000);

  it('option, and every key of the tables inside options', () => {
    const page = readDocument('docs/configuration.md');
    const tables: readonly (readonly [string, readonly string[]])[] = [
      ['routes', ['routes']],
      ['routes[].stomp', ['routes', 'stomp']],
      ['routes[].auth', ['routes', 'auth']],
      ['app', ['app']],
      ['sockjs', ['sockjs']],
      ['stomp', ['stomp']],
      ['stomp.users', ['stomp', 'users']],
      ['tls', ['tls']],
      ['cluster', ['cluster']],
    ];
    const isRow = (section: string, key: string) => section.includes(`\n| \`${key}\` |`);
    const [all = '', ...rest] = page.split('\n## `');
    const missing = [
      ...Object.keys(optionTable).filter((key) => !isRow(all, key)),
      ...tables.flatMap(([name, path]) => {
        const section = rest.find((text) => text.startsWith(`${name}\``)) ?? '';
        return knownKeys(path)
          .filter((key) => !isRow(section, key))
          .map((key) => `${name}: ${key}`);
      }),
    ];
    assert.deepEqual(missing, []);
  });

  it('status of an error', () => {
    const page = readDocument('docs/troubleshooting.md').split('\n## Statuses')[1] ?? '';
    const rows = page.split('\n## ')[0] ?? '';
    const statuses = new Set(
      Object.values(errorTable).flatMap((row) => ('status' in row ? [row.status] : [])),
    );
    const missing = [...statuses].filter(
      (status) => !new RegExp(`^\\| [^|]*\\b${status}\\b`, 'm').test(rows),
    );
    assert.deepEqual(missing, []);
  });

  it('line of the log at info, warn and error, and no other', () => {
    const rows = [...readDocument('docs/log-lines.md').matchAll(/^\| `([^`]+)` \|/gm)].map(
      ([, line]) => line,
    );
    const written = new Set(sources('gateway', /\.(?:info|warn|error)\(|message/).flatMap(logMessages));
    assert.deepEqual(rows.toSorted(), [...written].toSorted());
  });

  it('word of diagnostics, and no other', () => {
    const page = readDocument('docs/troubleshooting.md').split('\n## Words of `diagnostics`')[1] ?? '';
    const rows = (page.split('\n## ')[0] ?? '').matchAll(/^\| `([^`]+)` \|/gm);
    const documented = [...rows].flatMap(([, word = '']) => (word.startsWith('…') ? [] : [word]));
    const written = new Set(sources('client-shim/src', /./).flatMap(stepWords));
    assert.deepEqual(documented.toSorted(), [...written].toSorted());
  });
});

/** The sources of a folder that have such a text. */
function sources(folder: string, text: RegExp): ts.SourceFile[] {
  return readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`)
    .flatMap((file) => {
      const content = readFileSync(root + file, 'utf8');
      return text.test(content) ? [ts.createSourceFile(file, content, ts.ScriptTarget.ES2022, true)] : [];
    });
}

function nodesOf(node: ts.Node): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (child: ts.Node): void => {
    nodes.push(child);
    child.forEachChild(visit);
  };
  visit(node);
  return nodes;
}

/** The texts that an expression can have; a number in a template is `N`. */
function textsOf(node: ts.Expression | undefined): string[] {
  if (node === undefined) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (ts.isTemplateExpression(node)) {
    return [node.head.text + node.templateSpans.map(({ literal }) => `N${literal.text}`).join('')];
  }
  return [];
}

const LEVELS = /^(?:info|warn|error)$/;

/**
 * What a file logs: the first argument of `log.info` and its like, and the `message` of a refusal.
 * A name of a constant stands for its text.
 */
function logMessages(file: ts.SourceFile): string[] {
  const nodes = nodesOf(file);
  const constants = new Map(
    nodes.filter(ts.isVariableDeclaration).map((one) => [one.name.getText(), textsOf(one.initializer)]),
  );
  const resolve = (given: ts.Expression | undefined): string[] =>
    given !== undefined && ts.isIdentifier(given) ? (constants.get(given.text) ?? []) : textsOf(given);
  return nodes.flatMap((node) => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { name, expression } = node.expression;
      return LEVELS.test(name.text) && /(?:log|scoped)$/i.test(expression.getText())
        ? resolve(node.arguments[0])
        : [];
    }
    if (ts.isObjectLiteralExpression(node)) return refusalMessage(node, resolve);
    return [];
  });
}

/** The message of an object that also has a level: a refusal. */
function refusalMessage(
  node: ts.ObjectLiteralExpression,
  resolve: (given: ts.Expression | undefined) => string[],
): string[] {
  const named = (wanted: string) =>
    node.properties.find(
      (property) => property.name?.getText() === wanted && !ts.isSpreadAssignment(property),
    );
  const message = named('message');
  const level = named('level');
  if (message === undefined || level === undefined || level.getText().includes("'debug'")) return [];
  if (ts.isShorthandPropertyAssignment(message)) return resolve(message.name);
  return ts.isPropertyAssignment(message) ? resolve(message.initializer) : [];
}

/** Calls whose argument of this number is a step for `diagnostics`, or becomes one. */
const STEPS: Readonly<Record<string, number>> = {
  _note: 1,
  note: 1,
  _fail: 0,
  fail: 0,
  _giveUp: 0,
  passed: 0,
  _pass: 0,
  unfit: 0,
  _lose: 0,
  _lost: 0,
  _abort: 0,
  _over: -1,
  _ended: 0,
};

/** Where the shim has calls of the same name in another sense. */
const OTHERS = /client-shim\/src\/(?:flash\/frames|lang|facade\/(?!socket-state)|browser)/;

/** What a file of the shim adds to `diagnostics`. A status or a close code behind it is `N`. */
function stepWords(file: ts.SourceFile): string[] {
  if (OTHERS.test(file.fileName)) return [];
  const words = nodesOf(file).flatMap((node) => {
    // What is passed on as `reason`.
    if (ts.isVariableDeclaration(node) && node.name.getText() === 'reason') return partsOf(node.initializer);
    if (!ts.isCallExpression(node)) return [];
    const called = node.expression;
    const name = ts.isPropertyAccessExpression(called) ? called.name.text : called.getText();
    const place = STEPS[name];
    if (name === '_end' && node.arguments.length > 1)
      return [...partsOf(node.arguments[1]), ...partsOf(node.arguments[3])];
    if (place === undefined) return [];
    return partsOf(node.arguments.at(place));
  });
  return words.filter((word) => word !== '');
}

/** The texts of an expression; of a sum its beginning, with `N` for what follows. */
function partsOf(node: ts.Expression | undefined): string[] {
  if (node === undefined) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return partsOf(node.expression);
  if (ts.isConditionalExpression(node)) return [...partsOf(node.whenTrue), ...partsOf(node.whenFalse)];
  if (!ts.isBinaryExpression(node)) return [];
  if (node.operatorToken.kind === ts.SyntaxKind.BarBarToken)
    return [...partsOf(node.left), ...partsOf(node.right)];
  if (node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return [];
  const [first = ''] = [firstOf(node)];
  return /\w/.test(first) ? [`${first}N`] : [];
}

function firstOf(node: ts.Expression): string {
  if (ts.isBinaryExpression(node)) return firstOf(node.left);
  return ts.isStringLiteralLike(node) ? node.text : '';
}
