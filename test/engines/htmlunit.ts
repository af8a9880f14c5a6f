import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.ts';
import type { RunOptions, RunResult } from './engine.ts';
import { enginesHome, programBelow, SHORT_LIVED_JAVA } from './programs.ts';

const home = join(enginesHome, 'htmlunit');
const java = programBelow('/usr/lib/jvm', 'bin/java');

/**
 * HtmlUnit 2.13 as an Internet Explorer: another make's document, forms, frames, script tags and
 * ActiveX requests, as IE has them, attachEvent included. Not so in it: no XDomainRequest in IE 8
 * and 9, no `ActiveXObject('htmlfile')` in any, and a frame's page is parsed when its whole body is
 * there, so that no document without end runs. `postMessage` is ours (Messages.java). The language
 * is Rhino's, with what IE did not have (JSON, indexOf, string indices): the dialects are Wine's
 * part.
 *
 * Later releases have no more: none from 2.14 to 2.27 makes an `htmlfile`, and the XDomainRequest
 * of 2.18 cannot be constructed. As IE 11, 2.14 has neither MessageChannel nor WebSocket; from 2.16
 * on ports of a MessageChannel have no `close`, which IE 11 has, and the second message stays away.
 */
export function version(ie: '6' | '7' | '8' | '9') {
  return {
    missing(): string | undefined {
      const there = java && existsSync(join(home, 'Main.class')) && existsSync(join(home, 'lib'));
      return there ? undefined : 'HtmlUnit (test/engines/install.sh htmlunit)';
    },
    run(url: string, { seconds }: RunOptions): Promise<RunResult> {
      const classes = `${home}:${join(home, 'lib', '*')}`;
      const args = [...SHORT_LIVED_JAVA, '-cp', classes, 'Main', `INTERNET_EXPLORER_${ie}`, url];
      return runChild(java as string, args, { seconds });
    },
  };
}
