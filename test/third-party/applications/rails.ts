import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { program } from '../../engines/programs.ts';
import { end, said, start } from '../../support/servers/program.ts';
import { librariesFolder } from '../home.ts';
import { type Application, messages } from './application.ts';

const config = fileURLToPath(new URL('../rails/config.ru', import.meta.url));

/** Connects by the cookie of the page, subscribes, is refused in another channel, and is heard. */
const chat =
  (client: string) =>
  async (page: Page, site: string): Promise<void> => {
    await page.goto(`${site}/chat/${client}`);
    await messages(page, ['connected', 'rejected', 'Anna: Grüße']);
  };

/** Debian's Rails with Action Cable and Puma. */
export const rails: Application = {
  name: 'rails',
  title: 'Rails 6.1, Action Cable',
  programs: ['puma'],
  async start({ port, folder }) {
    const env = { ...process.env, CLIENTS: librariesFolder, RAILS_ENV: 'production', HOME: folder };
    const args = ['--dir', folder, '--bind', `tcp://127.0.0.1:${port}`, '-e', 'production', config];
    const server = start(program('puma') as string, args, env);
    await said(server, /Use Ctrl-C to stop/);
    return { stop: () => end(server), output: () => server.output };
  },
  uses: {
    'its client of 5.2': chat('5'),
    'its client of 6.1': chat('6'),
    'its client of 8.1': chat('8'),
  },
};
