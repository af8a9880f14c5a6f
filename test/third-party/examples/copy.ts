import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderOf } from '../home.ts';

const root = resolve(fileURLToPath(new URL('../../..', import.meta.url)));

/** Where packages are that examples name. */
const PLACES = [folderOf('libraries'), folderOf('bundlers'), root];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly bin?: string | Readonly<Record<string, string>>;
}

/**
 * A copy of an example with the packages that it names, and no others, as `npm install` makes them.
 */
export class ExampleCopy {
  readonly folder: string;

  constructor(name: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'example-'));
    cpSync(join(root, 'examples', name), this.folder, { recursive: true });
    const { dependencies = {} } = manifestIn(this.folder);
    for (const [dependency, wanted] of Object.entries(dependencies)) this.#link(dependency, wanted);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #link(name: string, wanted: string): void {
    const at = join(this.folder, 'node_modules', name);
    mkdirSync(dirname(at), { recursive: true });
    if (wanted.startsWith('file:')) {
      assert.equal(join(root, 'examples', 'any', wanted.slice('file:'.length)), root, 'it is this package');
      symlinkSync(root, at);
      return;
    }
    const place = PLACES.map((one) => join(one, 'node_modules', name)).find((one) => existsSync(one));
    assert.ok(place, `${name} is not installed`);
    const manifest = manifestIn(place);
    assert.equal(wanted.replace(/^npm:.*@/, ''), manifest.version, `the version of ${name}`);
    symlinkSync(place, at);
    for (const [program, file] of programsOf(manifest)) {
      const link = join(this.folder, 'node_modules/.bin', program);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(place, file), link);
    }
  }
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

function programsOf({ name, bin = {} }: Manifest): [string, string][] {
  return Object.entries(typeof bin === 'string' ? { [name]: bin } : bin);
}
