#!/usr/bin/env node
import { ConfigError } from './base/errors.ts';
import { ownPackage } from './base/package.ts';
import { CHECK_PAGE, checkPage } from './cli/check-page.ts';
import { refuseNpmFlags } from './cli/npm-flags.ts';
import { closeOnSignals } from './cli/signals.ts';
import { startLines } from './cli/start-lines.ts';
import { listenFailure } from './cli/system-errors.ts';
import { readCommandLine } from './config/flags.ts';
import { composeGateway } from './gateway.ts';

/**
 * Exit codes: 0 after a drain, or when the configuration is right with --check; 1 if the system
 * refuses something, or for a second signal; 2 for a wrong flag or config key; 3 for `check-page`
 * when the page gets no tag.
 */
async function main(): Promise<void> {
  // The reader of our output may end before the gateway: a broken pipe must not end it.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const args = process.argv.slice(2);
  if (args[0] === CHECK_PAGE) {
    const { lines, exitCode } = await checkPage(args.slice(1));
    process.stdout.write(`${lines.join('\n')}\n`);
    process.exitCode = exitCode;
    return;
  }
  refuseNpmFlags(args, process.env);
  const commandLine = readCommandLine(args, ownPackage().version);
  if (commandLine.kind === 'print') {
    process.stdout.write(commandLine.text);
    return;
  }
  const { options, writtenAs } = commandLine;
  const gateway = composeGateway(options, {}, writtenAs);
  const address = await gateway.listen();
  closeOnSignals(() => gateway.close(), fail);
  process.stdout.write(`${startLines(options, address).join('\n')}\n`);
}

/** Expected errors get a line each; only an unexpected one comes with its stack. */
function fail(error: unknown): void {
  if (error instanceof ConfigError) end(2, error.problems);
  const reason = listenFailure(error) ?? (error instanceof Error ? String(error.stack) : String(error));
  end(1, [reason]);
}

function end(exitCode: number, lines: readonly string[]): never {
  process.stderr.write(lines.map((line) => `fallback-gateway: ${line}\n`).join(''));
  process.exit(exitCode);
}

main().catch(fail);
