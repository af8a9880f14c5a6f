import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript-es5';

const LONGEST = 80;
const root = fileURLToPath(new URL('../../../client-shim/src/', import.meta.url));

/**
 * Lines of each function by its name, comments and empty lines left out. Functions inside it count
 * as its lines; the methods of a class count alone.
 */
function lengthsIn(name: string, code: string): Map<string, number> {
  const file = ts.createSourceFile(name, code, ts.ScriptTarget.Latest, true);
  const lengths = new Map<string, number>();
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const lines = node
        .getText()
        .split('\n')
        .filter((line) => !/^\s*(\/\/|\/?\*|$)/.test(line));
      lengths.set(`${name} ${node.name?.getText() ?? 'anonymous'}`, lines.length);
    } else ts.forEachChild(node, visit);
  };
  visit(file);
  return lengths;
}

describe('the functions of the shim', () => {
  it(`have at most ${LONGEST} lines, closures with all that is in them`, () => {
    const long = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...lengthsIn(file, readFileSync(root + file, 'utf8'))])
      .filter(([, lines]) => lines > LONGEST);
    assert.deepEqual(long, []);
  });

  it('are measured with the functions inside them', () => {
    const closure = `function make() {\n${'  function inner() {}\n'.repeat(90)}}`;
    assert.deepEqual([...lengthsIn('x.ts', closure)], [['x.ts make', 92]]);
  });
});
