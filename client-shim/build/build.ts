import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundle, finish } from './bundle.ts';

// Builds the shim into dist/client-shim: `npm run build:shim`.

const root = new URL('../../', import.meta.url);
const out = new URL('dist/client-shim/', root);
const source = (name: string) => fileURLToPath(new URL(`client-shim/src/${name}`, root));

const { name, version, license } = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));
const banner = `/*! ${name} ${version} | ${license} license */`;

await mkdir(out, { recursive: true });

const script = await bundle(source('main.ts'), 'iife');
await write('websocket.js', finish(script, banner));
await write('websocket.min.js', finish(script, banner, { minified: true }));
await write(
  'flash-socket.js',
  finish(await bundle(source('flash-socket.ts'), 'iife'), banner, { minified: true }),
);
await write(
  'script-requests.js',
  finish(await bundle(source('script-requests.ts'), 'iife'), banner, { minified: true }),
);
await copyFile(new URL('client-shim/flash/flash-socket.swf', root), new URL('flash-socket.swf', out));
await write(
  'bridge-socket.js',
  finish(await bundle(source('bridge-socket.ts'), 'iife'), banner, { minified: true }),
);
await write('bridge.min.js', finish(await bundle(source('bridge.ts'), 'iife'), banner, { minified: true }));
// The page requests its script by version, because a shim and a bridge of different versions would
// not understand each other.
const bridgePage = await readFile(new URL('client-shim/bridge.html', root), 'utf8');
await writeFile(new URL('bridge.html', out), bridgePage.replace('VERSION', version));
await write('module.js', finish(await bundle(source('module.ts'), 'es'), banner, { module: true }));
await copyFile(new URL('client-shim/module.d.ts', root), new URL('module.d.ts', out));

async function write(file: string, code: string): Promise<void> {
  await writeFile(new URL(file, out), code);
  const gzipped = gzipSync(code, { level: 9 }).length;
  console.log(
    `${file.padEnd(17)} ${String(code.length).padStart(7)} bytes, ${String(gzipped).padStart(6)} gzipped`,
  );
}
