import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { end, said, start } from '../../support/servers/program.ts';
import { folderOf } from '../home.ts';
import { type Application, messages } from './application.ts';

const folderOfChat = fileURLToPath(new URL('../channels', import.meta.url));

/** The chat of its tutorial, with Daphne. */
export const channels: Application = {
  name: 'channels',
  title: 'Django Channels 4.3, the tutorial',
  programs: [],
  async start({ port }) {
    const daphne = join(folderOf('channels'), 'venv/bin/daphne');
    const env = { ...process.env, PYTHONPATH: folderOfChat, PYTHONDONTWRITEBYTECODE: '1' };
    const args = ['-b', '127.0.0.1', '-p', String(port), 'chat:application'];
    const server = start(daphne, args, env);
    await said(server, /Listening on TCP address/);
    return { stop: () => end(server), output: () => server.output };
  },
  uses: {
    /** The session of the page's cookie is that of the socket. */
    'its chat': async (page, site) => {
      await page.goto(`${site}/chat/lobby/`);
      await messages(page, ['Grüße, visit 1', 'closed with 4123']);
    },
  },
};
