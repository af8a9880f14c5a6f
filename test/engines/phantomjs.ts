import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.ts';
import type { RunOptions, RunResult } from './engine.ts';
import { enginesHome, executable } from './programs.ts';

/** PhantomJS 1.9.8: WebKit 534.34, of the family of Safari 5.1 and the Android 4 browser. Its WebSocket speaks hixie-76 only. */
const binary = join(enginesHome, 'phantomjs-1.9/package/bin/linux/x64/phantomjs');
const driver = fileURLToPath(new URL('phantomjs-1.9/drive.js', import.meta.url));

export function missing(): string | undefined {
  return executable(binary) ? undefined : 'PhantomJS 1.9.8 (test/engines/install.sh phantomjs-1.9)';
}

export function run(url: string, { seconds }: RunOptions): Promise<RunResult> {
  // Its OpenSSL 1.0 crashes on the certificates and the configuration of today's systems: it gets neither.
  const args = ['--ssl-certificates-path=/nonexistent', driver, url];
  return runChild(binary, args, { seconds, env: { OPENSSL_CONF: '/dev/null' } });
}
