import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files of a certificate for `localhost` and its key, good for two days. */
export interface SelfSigned {
  readonly cert: string;
  readonly key: string;
  remove(): void;
}

const KEYS = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  rsa: ['-newkey', 'rsa:2048'],
} as const;

/** Makes a certificate with the `openssl` program; undefined where there is none. */
export function selfSigned(kind: keyof typeof KEYS = 'ec'): SelfSigned | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-tls-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const made = spawnSync('openssl', [
    ...['req', '-x509', ...KEYS[kind], '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
  ]);
  if (made.status === 0) return { cert, key, remove };
  remove();
  return undefined;
}
