import type { ChildProcess } from 'node:child_process';
import { freePort } from '../support/machine/free-ports.ts';
import type { RunOptions, RunResult } from './engine.ts';
import { program, programBelow } from './programs.ts';
import { display, inSandbox, type Sandbox, whileRuns } from './sandbox.ts';

const browser = programBelow('/usr/lib', 'webkit2gtk-4.1/MiniBrowser');

export function missing(): string | undefined {
  const programs = ['WebKitWebDriver', 'dbus-run-session', 'Xvfb'].map(program);
  return browser && programs.every(Boolean) ? undefined : 'WebKitGTK (test/engines/install.sh webkitgtk)';
}

/** WebKitGTK, of the family of today's Safari, in its own small browser, over WebDriver. */
export function run(url: string, { seconds }: RunOptions): Promise<RunResult> {
  return inSandbox(seconds, (sandbox) => show(sandbox, url));
}

async function show(sandbox: Sandbox, url: string): Promise<void> {
  const port = await freePort();
  const driver = sandbox.start(
    program('dbus-run-session') as string,
    ['--', program('WebKitWebDriver') as string, '--host=127.0.0.1', `--port=${port}`],
    {
      DISPLAY: await display(sandbox),
      GSETTINGS_BACKEND: 'memory',
      // A test machine has no graphics, and a container no user namespaces.
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    },
  );
  await whileRuns(driver, listens(driver, port));
  const options = { binary: browser, args: ['--automation'] };
  const { sessionId } = (await command(port, 'POST', '', {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } },
  })) as { sessionId: string };
  await command(port, 'POST', `/${sessionId}/url`, { url });
  while ((await command(port, 'GET', `/${sessionId}/title`)) !== 'done') await soon();
}

/** A WebDriver command (W3C WebDriver §6.6). */
async function command(port: number, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/session${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`);
  return value;
}

async function listens(driver: ChildProcess, port: number): Promise<void> {
  while (driver.exitCode === null && driver.signalCode === null) {
    const response = await fetch(`http://127.0.0.1:${port}/status`).catch(() => undefined);
    if (response?.ok) return;
    await soon();
  }
}

function soon(): Promise<void> {
  return new Promise((later) => setTimeout(later, 50));
}
