import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('./', import.meta.url);

/** The shims of earlier versions, as pages may still have them. */
export const OLD_SHIMS = readdirSync(folder)
  .filter((name) => /^\d/.test(name))
  .map((version) => ({
    version,
    code: readFileSync(new URL(`${version}/websocket.min.js`, folder), 'utf8'),
  }));
