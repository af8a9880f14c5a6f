import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { end, type Program, said, start } from '../../support/servers/program.ts';
import { until } from '../../support/until.ts';
import { folderOf } from '../home.ts';
import type { Application } from './application.ts';

/** A test framework of one test. */
const adapter = `window.__karma__.start = function () {
  window.__karma__.info({ total: 1 });
  window.__karma__.result({ id: '1', description: 'runs', suite: ['it'], success: true, log: [], time: 1 });
  window.__karma__.complete({});
};`;

let server: Program | undefined;

export const karma: Application = {
  name: 'karma',
  title: 'Karma 6.4, with Socket.IO 4',
  programs: [],
  async start({ port, folder }) {
    writeFileSync(join(folder, 'adapter.js'), adapter);
    const settings = `module.exports = (config) => config.set({
  basePath: ${JSON.stringify(folder)}, files: ['adapter.js'], listenAddress: '127.0.0.1', port: ${port},
});`;
    writeFileSync(join(folder, 'karma.conf.cjs'), settings);
    const program = join(folderOf('karma'), 'node_modules/karma/bin/karma');
    const args = [program, 'start', join(folder, 'karma.conf.cjs'), '--no-colors'];
    const running = start(process.execPath, args, { ...process.env, HOME: folder });
    server = running;
    await said(running, /server started/);
    return { stop: () => end(running), output: () => running.output };
  },
  uses: {
    'a test that runs in the browser': async (page, site) => {
      const before = server?.output.length ?? 0;
      await page.goto(site);
      await page.locator('#banner').getByText('connected').waitFor();
      await until('the result', () => /Executed 1 of 1/.test(server?.output.slice(before) ?? ''));
    },
  },
};
