import { readdirSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import type { Page, PageRequest } from '../http/page.ts';
import { codingFor, hasBrokenGzip } from './coding.ts';
import { ServedFile } from './served-file.ts';

/** A folder whose files are served. */
export interface FileFolder {
  readonly folder: string;
  /** Where: `''` or `/shim`. */
  readonly prefix: string;
  /** Fields of the answer for a file, `cache-control` among them. */
  headers(name: string, request: PageRequest): Readonly<Record<string, string>>;
  /** Turns the path of a request into that of a file. */
  nameOf?(path: string): string;
}

/**
 * Serves the files that are in a folder when the gateway starts, and nothing else: no path can lead
 * out of it. Ranges are not supported (RFC 9110 §14.2 lets a server ignore them).
 */
export function filePage(settings: FileFolder, log: Log): Page {
  const { folder, prefix, nameOf = (path) => path } = settings;
  const files = new Map(namesIn(folder).map((name) => [`/${name}`, new ServedFile(join(folder, name))]));
  return (request, response) => {
    const { method } = request.node;
    if ((method !== 'GET' && method !== 'HEAD') || !request.path.startsWith(`${prefix}/`)) return false;
    const path = nameOf(request.path.slice(prefix.length));
    const name = path.endsWith('/') ? `${path}index.html` : path;
    const file = files.get(name);
    const changed = file?.refresh();
    if (file === undefined || changed === undefined) return false;
    setFields(response, settings.headers(name.slice(1), request));
    send(request, response, file, changed).catch((error: unknown) => {
      log.error('internal error', { code: 'GW_INTERNAL', stack: String(error) });
      response.destroy();
    });
    return true;
  };
}

function namesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return names.map((name) => name.replaceAll('\\', '/')).filter(ServedFile.isServed);
  } catch {
    // A checkout that was not built has no shim.
    return [];
  }
}

async function send(
  { node }: PageRequest,
  response: ServerResponse,
  file: ServedFile,
  changed: Date,
): Promise<void> {
  const coding = file.isCompressible ? codingFor(node) : 'identity';
  const { body, etag } = await file.variant(coding);
  const lastModified = changed.toUTCString();
  setFields(response, { etag, 'last-modified': lastModified, 'accept-ranges': 'none' });
  if (file.isCompressible) keepApart(response, node.headers['user-agent'] ?? '');
  if (isFresh(node.headers, etag, lastModified)) {
    response.statusCode = 304;
    response.end();
    return;
  }
  setFields(response, { 'content-type': file.type, 'content-length': String(body.length) });
  if (coding !== 'identity') response.setHeader('content-encoding', coding);
  response.end(node.method === 'HEAD' ? undefined : body);
}

/**
 * Keeps the codings apart in caches. IE 6 does not cache an uncompressed answer with `Vary:
 * Accept-Encoding` (EricLaw, "Vary with Care"); where it gets one, shared caches must not keep it.
 */
function keepApart(response: ServerResponse, userAgent: string): void {
  if (!hasBrokenGzip(userAgent)) response.setHeader('vary', 'Accept-Encoding');
  else {
    const caching = String(response.getHeader('cache-control'));
    response.setHeader('cache-control', caching.replace('public', 'private'));
  }
}

/** RFC 9110 §13.1. A proxy that compresses makes an ETag weak. */
function isFresh(headers: PageRequest['node']['headers'], etag: string, lastModified: string): boolean {
  const known = headers['if-none-match'];
  if (known !== undefined) {
    return known.split(',').some((each) => ['*', etag].includes(each.trim().replace(/^W\//, '')));
  }
  const since = headers['if-modified-since'];
  return since !== undefined && Date.parse(since) >= Date.parse(lastModified);
}

function setFields(response: ServerResponse, fields: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(fields)) response.setHeader(name, value);
}
