import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.ts';
import type { RunOptions, RunResult } from './engine.ts';
import { enginesHome, program, programBelow, SHORT_LIVED_JAVA } from './programs.ts';

const java = programBelow('/usr/lib/jvm', 'bin/java');
/** The distribution's OpenJFX is not on Java's module path. */
const DISTRIBUTION = '/usr/share/openjfx/lib';

/**
 * The WebView of JavaFX 11 (WebKit 610), of the distribution. Bodies reach the page in blocks of
 * 40,960 bytes, or at their end: streams seem to be held back.
 */
export const { missing, run } = webView('javafx', DISTRIBUTION);

/** Of 14 (WebKit 608), with another loader: bodies reach the page as they come. */
export const release14 = webView('javafx-14', join(enginesHome, 'javafx-14/lib'));

function webView(name: string, libraries: string) {
  const home = join(enginesHome, name);
  return {
    missing(): string | undefined {
      const files = [libraries, join(home, 'Page.class')];
      const there = java && program('Xvfb') && files.every((file) => existsSync(file));
      return there ? undefined : `JavaFX's WebView (test/engines/install.sh ${name})`;
    },
    run(url: string, { seconds }: RunOptions): Promise<RunResult> {
      const args = [
        ...SHORT_LIVED_JAVA,
        '-Dprism.order=sw',
        '-XX:ErrorFile=/dev/null',
        // Of the native libraries in its jars.
        `-Djavafx.cachedir=${join(home, 'cache')}`,
        ...['--module-path', libraries, '--add-modules', 'javafx.web'],
        ...['--add-exports', 'javafx.web/com.sun.javafx.webkit=ALL-UNNAMED'],
        ...['-cp', home, 'Page', url],
      ];
      return runChild(java as string, args, { seconds, screen: true });
    },
  };
}
