import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build as esbuild } from 'esbuild';
import { rollup } from 'rollup';
import { folderOf } from '../home.ts';

/**
 * Bundles the script at `entry`, with the packages of its folder, into one classic script, and
 * returns its text.
 */
export type Bundler = (entry: string) => Promise<string>;

/** Vite, the fourth, builds the example of its name. */
export const BUNDLERS: Readonly<Record<string, Bundler>> = {
  async esbuild(entry) {
    const { outputFiles } = await esbuild({
      ...{ entryPoints: [entry], bundle: true, minify: true, write: false, format: 'iife' },
    });
    return outputFiles[0]?.text ?? '';
  },

  async rollup(entry) {
    // In place of its plugin for packages, which is a package of its own.
    const packages = {
      name: 'packages',
      resolveId: (id: string, importer: string | undefined) =>
        importer === undefined || id.startsWith('.') ? null : createRequire(importer).resolve(id),
    };
    const bundle = await rollup({ input: entry, plugins: [packages] });
    const { output } = await bundle.generate({ format: 'iife' });
    return output[0].code;
  },

  async webpack(entry) {
    const webpack = createRequire(join(folderOf('bundlers'), 'any.js'))('webpack');
    const output = { path: join(dirname(entry), 'packed'), filename: 'page.js' };
    const compiler = webpack({ mode: 'production', entry, output });
    const stats = await promisify(compiler.run.bind(compiler))();
    if (stats.hasErrors()) throw new Error(stats.toString());
    await promisify(compiler.close.bind(compiler))();
    return readFileSync(join(output.path, output.filename), 'utf8');
  },
};
