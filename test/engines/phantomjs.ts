import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.ts';
import type { RunOptions, RunResult } from './engine.ts';
import { enginesHome, executable } from './programs.ts';

const driver = fileURLToPath(new URL('phantomjs/drive.js', import.meta.url));

/**
 * PhantomJS. 1.9.8 is WebKit 534.34, of the family of Safari 5.1 and the Android 4 browser, with a
 * WebSocket that speaks hixie-76 only; 2.1.1 is WebKit 538.1, of the family of Safari 7.
 */
export function release(number: '1.9' | '2.1') {
  const binary = join(enginesHome, `phantomjs-${number}/package/bin/linux/x64/phantomjs`);
  return {
    missing(): string | undefined {
      return executable(binary)
        ? undefined
        : `PhantomJS ${number} (test/engines/install.sh phantomjs-${number})`;
    },
    run(url: string, { seconds }: RunOptions): Promise<RunResult> {
      // The OpenSSL 1.0 in them crashes on the certificates and the configuration of today's
      // systems: it gets neither.
      const args = ['--ssl-certificates-path=/nonexistent', driver, url];
      return runChild(binary, args, { seconds, env: { OPENSSL_CONF: '/dev/null' } });
    },
  };
}
