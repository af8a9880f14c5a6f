import { appendFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { end, start } from '../../support/servers/program.ts';
import { until } from '../../support/until.ts';
import { folderOf } from '../home.ts';
import type { Application } from './application.ts';

let log = '';

export const frontail: Application = {
  name: 'frontail',
  title: 'frontail 4.9, with Socket.IO 2',
  programs: [],
  async start({ port, folder }) {
    log = join(folder, 'app.log');
    writeFileSync(log, 'the first line\n');
    const program = join(folderOf('frontail'), 'node_modules/frontail/bin/frontail');
    const args = [program, '--port', String(port), '--host', '127.0.0.1', '--disable-usage-stats'];
    const login = ['--user', 'anna', '--password', 'secret'];
    const server = start(process.execPath, [...args, ...login, log], { ...process.env, HOME: folder });
    // It says nothing when it listens.
    let isThere = false;
    const ask = (): void => {
      const probe = connect(port, '127.0.0.1', () => {
        isThere = true;
        probe.destroy();
      });
      probe.on('error', () => setTimeout(ask, 100));
    };
    ask();
    await until('frontail listens', () => isThere, 60_000);
    return { stop: () => end(server), output: () => server.output };
  },
  uses: {
    'a login, and lines as they are written': async (page, site) => {
      const { host } = new URL(site);
      await page.goto(`http://anna:secret@${host}/`);
      await page.locator('.log').getByText('the first line').first().waitFor();
      const line = `Grüße ${Date.now()}`;
      appendFileSync(log, `${line}\n`);
      await page.locator('.log').getByText(line).first().waitFor();
    },
  },
};
