import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Graph, readGraph } from './graph.ts';
import { descriptionsIn, isIn, roomsIn } from './rooms.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rooms = roomsIn(readFileSync(join(root, 'test/architecture/rooms.md'), 'utf8'));

describe('the rooms of the house', function () {
  this.timeout(120_000);
  let graph: Graph;

  before(async () => {
    graph = await readGraph(root, rooms);
  });

  it('import only what their row allows, and nothing in a circle', () => {
    assert.deepEqual(graph.violations, []);
  });

  it('hold every file, and every row holds one', () => {
    const { files } = graph;
    assert.deepEqual(
      files.filter((file) => !rooms.some((room) => isIn(file, room))),
      [],
    );
    const empty = rooms.filter((room) => !files.some((file) => isIn(file, room)));
    assert.deepEqual(empty, []);
    assert.ok(files.length > 200 && graph.imports > 800, `${files.length} files, ${graph.imports} imports`);
  });

  it('are those of ARCHITECTURE.md, and import only from their row there and those above', () => {
    const rows = descriptionsIn(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8'));
    assert.deepEqual(rows.flat().toSorted(), rooms.map(({ path }) => path).toSorted());
    const rowOf = (path: string) => rows.findIndex((row) => row.includes(path));
    const below = rooms.flatMap(({ path, imports }) =>
      imports.filter((to) => rowOf(to) > rowOf(path)).map((to) => `${path} -> ${to}`),
    );
    assert.deepEqual(below, []);
  });

  it('allow no circle of rooms, and name no room that has no row', () => {
    const left = new Map(rooms.map(({ path, imports }) => [path, imports]));
    const unknown = rooms.flatMap(({ imports }) => imports).filter((path) => !left.has(path));
    assert.deepEqual(unknown, []);
    // Takes away the rooms that import nothing that is left, until none is.
    for (let size = -1; size !== left.size; ) {
      size = left.size;
      for (const [path, imports] of left) if (!imports.some((to) => left.has(to))) left.delete(path);
    }
    assert.deepEqual([...left.keys()], []);
  });

  it('have no type that is imported in an expression, which the graph would not show', () => {
    const hidden = graph.files.filter((file) =>
      /\bimport\((['"])\.[^)]*\1\)\s*[.[]/.test(readFileSync(join(root, file), 'utf8')),
    );
    assert.deepEqual(hidden, []);
  });
});

describe('the check of rooms finds', function () {
  this.timeout(120_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-rooms-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What is wrong in a house of these files; each is written with what it exports and imports. */
  async function violations(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const all = { 'gateway/base/x.ts': 'export const x = 1;', 'client-shim/src/lang/x.ts': '', ...files };
    for (const [file, code] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), code);
    }
    return (await readGraph(folder, rooms)).violations;
  }

  it('nothing in a house that keeps to the table', async () => {
    const found = await violations({ 'gateway/session/a.ts': "export { x } from '../base/x.ts';" });
    assert.deepEqual(found, []);
  });

  it('an import that points upward, of a value and of a type', async () => {
    const found = await violations({
      'gateway/backend/b.ts': 'export type B = 1; export const b = 1;',
      'gateway/session/a.ts': "import { b } from '../backend/b.ts'; export const a = b;",
      'gateway/session/c.ts': "import type { B } from '../backend/b.ts'; export type C = B;",
      'gateway/session/d.ts': "export { type B } from '../backend/b.ts';",
      'gateway/session/e.ts': "export const e = () => import('../backend/b.ts');",
    });
    assert.deepEqual(
      found.toSorted(),
      ['a', 'c', 'd', 'e'].map(
        (name) => `gateway/session: gateway/session/${name}.ts -> gateway/backend/b.ts`,
      ),
    );
  });

  it('an import of the shim that points upward, or into the gateway', async () => {
    const found = await violations({
      'client-shim/src/session/s.ts': 'export const s = 1;',
      'client-shim/src/wire/w.ts':
        "export { s } from '../session/s.ts'; export { x } from '../../../gateway/base/x.ts';",
    });
    assert.deepEqual(found.toSorted(), [
      'client-shim/src/wire: client-shim/src/wire/w.ts -> client-shim/src/session/s.ts',
      'client-shim/src/wire: client-shim/src/wire/w.ts -> gateway/base/x.ts',
    ]);
  });

  it('a circle of types in one room', async () => {
    const found = await violations({
      'gateway/http/a.ts': "import type { B } from './b.ts'; export type A = B | 1;",
      'gateway/http/b.ts': "import type { A } from './a.ts'; export interface B { a: A }",
    });
    assert.match(found.join(), /^no cycle: gateway\/http\/\w\.ts -> gateway\/http\/\w\.ts/);
  });

  it('a circle in one room of the shim', async () => {
    const found = await violations({
      'client-shim/src/wire/a.ts': "import { b } from './b'; export const a = () => b;",
      'client-shim/src/wire/b.ts': "import { a } from './a'; export const b = () => a;",
    });
    assert.match(found.join(), /^no cycle: client-shim\/src\/wire\/\w\.ts/);
  });
});
