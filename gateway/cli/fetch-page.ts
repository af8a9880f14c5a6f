import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { DECODED } from '../app/page-candidate.ts';
import { decoderOf } from '../app/tagging-start.ts';
import { ownPackage } from '../base/package.ts';
import type { RawHeaders } from '../base/raw-headers.ts';

/** A page as the application sends it. */
export interface FetchedPage {
  readonly status: number;
  readonly rawHeaders: RawHeaders;
  /** Its first MiB, decoded. */
  readonly body: Buffer;
}

const LONGEST = 1024 * 1024;
const TIMEOUT = 30_000;

/** Gets a page as a browser would, without redirects. Rejects with a system error or a timeout. */
export async function fetchPage(url: URL, headers: Readonly<Record<string, string>>): Promise<FetchedPage> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = send(url, {
    agent: false,
    signal: AbortSignal.timeout(TIMEOUT),
    headers: {
      'User-Agent': `fallback-gateway/${ownPackage().version} (check-page)`,
      Accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
      'Accept-Encoding': 'identity',
      ...headers,
    },
  });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const body = await beginningOf(decoded(response));
  request.destroy();
  return { status: response.statusCode ?? 0, rawHeaders: response.rawHeaders, body };
}

function decoded(response: IncomingMessage): Readable {
  const coding = DECODED.find((one) => one === response.headers['content-encoding']?.trim().toLowerCase());
  return coding === undefined ? response : response.pipe(decoderOf(coding));
}

async function beginningOf(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length >= LONGEST) break;
  }
  return Buffer.concat(chunks).subarray(0, LONGEST);
}
