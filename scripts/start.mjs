// `npm start`: builds what changed, and becomes the gateway. There is no second process, so that a
// signal to this one is a signal to the gateway.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const advice = installAdvice();
if (advice !== undefined) {
  console.error(advice);
  process.exit(1);
}
// On stderr: the gateway's own output, such as that of --version, may be read by a program.
if (!(await build(root, { out: process.stderr }))) process.exit(1);
await import(new URL('../dist/gateway/main.js', import.meta.url));

/** What to do if the packages are missing, or are those of another version of the repository. */
function installAdvice() {
  const installed = lockOf('node_modules/.package-lock.json');
  if (installed === undefined) return 'the packages are not installed: run npm ci, then npm start';
  const wanted = lockOf('package-lock.json')?.packages ?? {};
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const old = Object.keys(dependencies).filter((name) => {
    const path = `node_modules/${name}`;
    return installed.packages[path]?.version !== wanted[path]?.version;
  });
  if (old.length > 0) return `packages changed since npm ci (${old.join(', ')}): run npm ci, then npm start`;
  const isBuildable = existsSync(join(root, 'node_modules/typescript'));
  if (isBuildable || existsSync(join(root, 'dist/gateway/main.js'))) return undefined;
  return 'the compiler is not installed, and nothing is built: run npm ci, then npm start';
}

function lockOf(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8'));
  } catch {
    return undefined;
  }
}
