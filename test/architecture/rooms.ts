/** A folder or a file of the house, and the rooms that its files may import. */
export interface Room {
  /** Its path from the root, such as `gateway/session`. */
  readonly path: string;
  /** Paths of the rooms that it may import, itself left out. */
  readonly imports: readonly string[];
}

/**
 * Reads the table of rooms.md: rows whose first column has paths in backticks, and whose last
 * column has rooms of the same house, separated by commas, or a dash for none.
 */
export function roomsIn(markdown: string): Room[] {
  return markdown
    .split('\n')
    .filter((line) => /^\| *`(gateway|client-shim\/src)\//.test(line))
    .flatMap((line) => {
      const cells = line.split('|').slice(1, -1);
      const paths = pathsIn(cells[0] ?? '');
      const house = /^(gateway|client-shim\/src)/.exec(paths[0] ?? '')?.[0] ?? '';
      const imports = (cells.at(-1) ?? '')
        .split(',')
        .map((name) =>
          name
            .replace(/\(.*\)/, '')
            .replaceAll('`', '')
            .trim(),
        )
        .filter((name) => name !== '' && name !== '–');
      return paths.map((path) => ({ path, imports: imports.map((name) => `${house}/${name}`) }));
    });
}

/**
 * The paths of the rooms that ARCHITECTURE.md describes, row by row. The head of a table names the
 * folder, and the first column of a row its rooms.
 */
export function descriptionsIn(markdown: string): string[][] {
  let folder = '';
  return markdown.split('\n').flatMap((line) => {
    if (!line.startsWith('|')) folder = '';
    const [, head] = /^\| *`((?:gateway|client-shim\/src)\/)`/.exec(line) ?? [];
    if (head !== undefined) folder = head;
    if (head !== undefined || folder === '') return [];
    const [, cell = ''] = line.split('|');
    return [[...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => folder + name)];
  });
}

/** A name without a folder is a neighbour of the first one. */
function pathsIn(cell: string): string[] {
  const names = [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string);
  const folder = (names[0] ?? '').replace(/[^/]*$/, '');
  return names.map((name) => (name.includes('/') ? name : folder + name));
}

/** Whether a file is in a room. */
export function isIn(file: string, { path }: Room): boolean {
  return file === path || file.startsWith(`${path}/`);
}
