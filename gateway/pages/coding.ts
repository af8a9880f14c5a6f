import type { IncomingMessage } from 'node:http';

/** A content coding (RFC 9110 §8.4.1). */
export type Coding = 'identity' | 'gzip' | 'br';

/**
 * IE up to 6 before Windows XP SP2, whose name has `SV1`, loses parts of compressed answers (nginx,
 * `gzip_disable msie6`; Microsoft KB 823386, 312496). Opera called itself MSIE.
 */
export function hasBrokenGzip(userAgent: string): boolean {
  return /MSIE [4-6]\./.test(userAgent) && !/SV1|Opera/.test(userAgent);
}

/**
 * The coding of an answer. HTTP/1.0 is spoken by proxies that know no `Vary`; they would give one
 * client's coding to another.
 */
export function codingFor({ headers, httpVersionMinor }: IncomingMessage): Coding {
  const accepted = headers['accept-encoding'];
  if (typeof accepted !== 'string' || httpVersionMinor === 0) return 'identity';
  if (hasBrokenGzip(headers['user-agent'] ?? '')) return 'identity';
  const weights = readWeights(accepted);
  const gzip = weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0;
  const br = weights.get('br') ?? 0;
  const identity = weights.get('identity') ?? 0;
  if (Math.max(gzip, br) === 0 || identity > Math.max(gzip, br)) return 'identity';
  return br >= gzip ? 'br' : 'gzip';
}

/** RFC 9110 §12.4.2, §12.5.3. */
function readWeights(accepted: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const each of accepted.slice(0, 256).toLowerCase().split(',')) {
    const [, coding = '', weight = '1'] = /^\s*([\w*-]+)\s*(?:;\s*q=([\d.]+))?\s*$/.exec(each) ?? [];
    if (coding !== '') weights.set(coding, Number(weight) || 0);
  }
  return weights;
}
