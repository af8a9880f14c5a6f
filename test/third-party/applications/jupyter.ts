import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { end, said, start } from '../../support/servers/program.ts';
import { folderOf } from '../home.ts';
import type { Application } from './application.ts';

const TOKEN = 'open-sesame';

/** A notebook with one cell. */
const notebook = {
  cells: [
    {
      ...{ cell_type: 'code', execution_count: null, id: 'one', metadata: {}, outputs: [] },
      source: ["print('Grü' + 'ße', 6 * 7)"],
    },
  ],
  metadata: { kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' } },
  nbformat: 4,
  nbformat_minor: 5,
};

/** By the form, as people do: it sets a cookie. */
async function logIn(page: Page, site: string, path: string): Promise<void> {
  await page.goto(site + path);
  await page.locator('#password_input').fill(TOKEN);
  await page.locator('#login_submit').click();
  await page.waitForURL(`${site}${path}`);
}

export const jupyter: Application = {
  name: 'jupyter',
  title: 'Jupyter Notebook 7.6',
  programs: [],
  async start({ port, folder }) {
    writeFileSync(join(folder, 'a.ipynb'), JSON.stringify(notebook));
    const venv = join(folderOf('jupyter'), 'venv');
    const args = [
      ...['notebook', '--no-browser', '--allow-root', `--port=${port}`, `--notebook-dir=${folder}`],
      ...['--ServerApp.ip=127.0.0.1', `--IdentityProvider.token=${TOKEN}`],
    ];
    const environment = { ...process.env, HOME: folder, JUPYTER_PREFER_ENV_PATH: '1' };
    const server = start(join(venv, 'bin/jupyter'), args, environment);
    await said(server, /is running at/);
    return { stop: () => end(server), output: () => server.output };
  },
  uses: {
    'a login, and a cell that runs in a kernel': async (page, site) => {
      await logIn(page, site, '/notebooks/a.ipynb');
      await page.locator('.jp-Notebook .jp-CodeCell .cm-content').first().click();
      await page.locator('[data-status="idle"], .jp-NotebookKernelStatus').first().waitFor();
      await page.keyboard.press('Shift+Enter');
      await page.locator('.jp-OutputArea-output').getByText('Grüße 42').first().waitFor();
    },
    'a file that is uploaded and downloaded': async (page, site) => {
      await logIn(page, site, '/tree');
      const name = `up-${Date.now()}.txt`;
      const content = 'Größe\n'.repeat(200_000);
      const chooser = page.waitForEvent('filechooser');
      await page.locator('[data-command="filebrowser:upload"], [title^="Upload"]').first().click();
      await (await chooser).setFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(content) });
      await page.locator('.jp-DirListing-item').getByText(name).first().waitFor();
      const text = await page.evaluate(`fetch('/files/${name}').then((answer) => answer.text())`);
      if (text !== content) throw new Error('the file is another one');
    },
  },
};
