import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This package as installed: its folder and its version. */
export interface Package {
  readonly root: string;
  readonly version: string;
}

/**
 * Looks for `package.json` in the folders above: sources and built files lie at different depths.
 */
export function ownPackage(): Package {
  let root = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(root, 'package.json'))) {
    const parent = dirname(root);
    if (parent === root) throw new Error('no package.json above the gateway');
    root = parent;
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { root, version };
}
