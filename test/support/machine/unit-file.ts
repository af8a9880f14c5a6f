import { readFileSync } from 'node:fs';

/** A unit file of systemd: the values of each directive, in their order, as `Section.Name`. */
export type UnitFile = ReadonlyMap<string, readonly string[]>;

/** Reads what systemd.syntax(7) says of sections, comments and assignments; no continued lines. */
export function readUnitFile(file: string | URL): UnitFile {
  const found = new Map<string, string[]>();
  let section = '';
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, header] = /^\[(\w+)\]$/.exec(line) ?? [];
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (header !== undefined) section = header;
    else if (name !== undefined) {
      const key = `${section}.${name}`;
      found.set(key, [...(found.get(key) ?? []), value as string]);
    } else if (!/^([#;].*)?$/.test(line)) throw new Error(`no line of a unit: ${line}`);
  }
  return found;
}

/** The only value of a directive. */
export function directive(unit: UnitFile, name: string): string {
  const [value, ...more] = unit.get(name) ?? [];
  if (value === undefined || more.length > 0) throw new Error(`${name} stands ${more.length + 1} times`);
  return value;
}

/** A command of a unit, which has neither quotes nor specifiers. */
export function commandOf(unit: UnitFile, name: string): string[] {
  const command = directive(unit, name);
  if (/["'\\%$]/.test(command)) throw new Error(`${name} has more than words: ${command}`);
  return command.split(' ');
}
