import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { freePorts } from '../../support/machine/free-ports.ts';
import { newPage } from '../../support/pages/chromium.ts';
import { end, type Program, said, start } from '../../support/servers/program.ts';
import { usedTransports } from '../used-transports.ts';
import { ExampleCopy } from './copy.ts';
import type { Behind, Example } from './examples.ts';

/** An example that runs, by the command of its README. */
export class RunningExample {
  readonly #example: Example;
  readonly #copy: ExampleCopy;
  readonly #program: Program;
  readonly #behind: Behind | undefined;
  readonly port: number;

  static async start(example: Example): Promise<RunningExample> {
    const behind = await example.start?.();
    const copy = new ExampleCopy(example.folder);
    const [port, appPort, devPort, mqtt, plain] = await freePorts(5);
    const env: Record<string, string> = {
      ...{ PORT: String(port), APP_PORT: String(appPort), DEV_PORT: String(devPort) },
      ...{ MQTT_URL: `ws://127.0.0.1:${mqtt}`, ...behind?.env },
    };
    if (example.folder === 'mqtt') {
      replaceIn(join(copy.folder, 'mosquitto.conf'), { 9001: mqtt as number, 1883: plain as number });
    }
    const args = ['run', '--silent', '--prefix', copy.folder, example.script ?? 'start'];
    const program = start('npm', args, { ...process.env, ...env });
    const running = new RunningExample(example, copy, program, behind, Number(env[example.portOf ?? 'PORT']));
    try {
      await said(program, /^open http:/m);
      if (example.portOf !== undefined) await said(program, new RegExp(`http:.*${running.port}`));
    } catch (error) {
      await running.stop();
      throw error;
    }
    return running;
  }

  private constructor(
    example: Example,
    copy: ExampleCopy,
    program: Program,
    behind: Behind | undefined,
    port: number,
  ) {
    this.#example = example;
    this.#copy = copy;
    this.#program = program;
    this.#behind = behind;
    this.port = port;
  }

  /** Uses its page, and says which transports that took. */
  async use(browser: Browser, hasWebSocket: boolean): Promise<string[]> {
    const { query = '', connected = /connected/, answer = /^hello$/m } = this.#example;
    const faults: string[] = [];
    const page = await newPage(browser, faults);
    try {
      if (!hasWebSocket) await page.addInitScript('delete window.WebSocket');
      const used = usedTransports(page);
      await page.goto(`http://127.0.0.1:${this.port}/${query}`);
      const log = page.locator('#log');
      const says = (line: RegExp) => log.filter({ hasText: line }).waitFor({ timeout: 20_000 });
      await says(connected);
      await page.fill('#text', 'hello');
      await page.press('#text', 'Enter');
      await says(answer);
      assert.deepEqual(
        faults.filter((fault) => !/favicon/.test(fault)),
        [],
      );
      return [...used];
    } catch (error) {
      const text = await page.locator('body').innerText();
      throw new Error([String(error), text, ...faults, this.#program.output].join('\n'));
    } finally {
      await page.context().close();
    }
  }

  async stop(): Promise<void> {
    await end(this.#program);
    await this.#behind?.stop();
    this.#copy.remove();
  }
}

function replaceIn(file: string, values: Readonly<Record<string, number>>): void {
  let text = readFileSync(file, 'utf8');
  for (const [from, to] of Object.entries(values)) text = text.replace(from, String(to));
  writeFileSync(file, text);
}
