import { createHash } from 'node:crypto';
import { readFileSync, type Stats, statSync } from 'node:fs';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip, constants as zlib } from 'node:zlib';
import type { Coding } from './coding.ts';

/** Types of the files that are served; files with another ending are not. */
const TYPES: Readonly<Record<string, string>> = {
  // IE 9 and later run no other type under `nosniff`.
  '.js': 'text/javascript; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.swf': 'application/x-shockwave-flash',
};

/** A file in one coding, as it is sent. */
export interface Variant {
  readonly body: Buffer;
  /** Each coding has its own (RFC 9110 §8.8.3.3). */
  readonly etag: string;
}

interface Loaded {
  readonly stats: Stats;
  readonly variants: Partial<Record<Coding, Promise<Variant>>>;
}

/** A file, kept in memory and compressed once in each coding that a client accepts. */
export class ServedFile {
  readonly type: string;
  /** Compressing it again would make it longer. */
  readonly isCompressible: boolean;
  readonly #path: string;
  #loaded: Loaded | undefined;

  constructor(path: string) {
    this.#path = path;
    this.type = TYPES[extname(path)] ?? '';
    this.isCompressible = this.type.startsWith('text/');
  }

  static isServed(name: string): boolean {
    return Object.hasOwn(TYPES, extname(name)) && !name.split(/[\\/]/).some((part) => part.startsWith('.'));
  }

  /** When it was last changed. Undefined: it is gone. A file that was changed is read again. */
  refresh(): Date | undefined {
    const stats = statSync(this.#path, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const before = this.#loaded?.stats;
    if (before?.mtimeMs !== stats.mtimeMs || before.size !== stats.size) {
      this.#loaded = { stats, variants: {} };
    }
    return stats.mtime;
  }

  variant(coding: Coding): Promise<Variant> {
    const { variants } = this.#loaded as Loaded;
    const made = variants[coding] ?? this.#make(coding);
    variants[coding] = made;
    return made;
  }

  async #make(coding: Coding): Promise<Variant> {
    const content = readFileSync(this.#path);
    const hash = createHash('sha256').update(content).digest('base64url').slice(0, 22);
    const etag = coding === 'identity' ? `"${hash}"` : `"${hash}-${coding}"`;
    return { body: await encoders[coding](content), etag };
  }
}

const encoders: Readonly<Record<Coding, (content: Buffer) => Promise<Buffer>>> = {
  identity: (content) => Promise.resolve(content),
  gzip: (content) => promisify(gzip)(content, { level: 9 }),
  br: (content) =>
    promisify(brotliCompress)(content, { params: { [zlib.BROTLI_PARAM_SIZE_HINT]: content.length } }),
};
