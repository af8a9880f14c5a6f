import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.ts';
import type { RunOptions, RunResult } from './engine.ts';
import { enginesHome, program, programBelow } from './programs.ts';

const home = join(enginesHome, 'javafx');
const java = programBelow('/usr/lib/jvm', 'bin/java');
/** Debian's OpenJFX is not on Java's module path. */
const LIBRARIES = '/usr/share/openjfx/lib';

export function missing(): string | undefined {
  const there = java && program('Xvfb') && existsSync(LIBRARIES) && existsSync(join(home, 'Page.class'));
  return there ? undefined : "JavaFX's WebView (test/engines/install.sh javafx)";
}

/**
 * The WebView of JavaFX 11, WebKit 610. Bodies reach the page in blocks of 40,960 bytes, or at
 * their end: streams seem to be held back.
 */
export async function run(url: string, { seconds }: RunOptions): Promise<RunResult> {
  const args = [
    '-Dprism.order=sw',
    ...['--module-path', LIBRARIES, '--add-modules', 'javafx.web'],
    ...['--add-exports', 'javafx.web/com.sun.javafx.webkit=ALL-UNNAMED'],
    ...['-cp', home, 'Page', url],
  ];
  return runChild(java as string, args, { seconds, screen: true });
}
