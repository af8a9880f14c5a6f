import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { end, said, start } from '../../support/servers/program.ts';
import { folderOf } from '../home.ts';
import type { Application } from './application.ts';

const flows = [
  { id: 'tab', type: 'tab', label: 'Flow' },
  {
    ...{ id: 'inject', type: 'inject', z: 'tab', x: 100, y: 100, wires: [['debug']] },
    ...{ props: [{ p: 'payload' }], payload: 'Grüße', payloadType: 'str', repeat: '', once: false },
  },
  {
    ...{ id: 'debug', type: 'debug', z: 'tab', x: 300, y: 100, wires: [] },
    ...{ active: true, tosidebar: true, complete: 'payload', targetType: 'msg' },
  },
];

export const nodeRed: Application = {
  name: 'node-red',
  title: 'Node-RED 4.1',
  programs: [],
  async start({ port, folder }) {
    writeFileSync(join(folder, 'flows.json'), JSON.stringify(flows));
    const settings = `module.exports = {
  uiHost: '127.0.0.1', uiPort: ${port}, flowFile: 'flows.json', credentialSecret: false,
  telemetry: { enabled: false }, editorTheme: { tours: false, palette: { catalogues: [] } },
};`;
    writeFileSync(join(folder, 'settings.js'), settings);
    const red = join(folderOf('node-red'), 'node_modules/node-red/red.js');
    const server = start(process.execPath, [red, '--userDir', folder], { ...process.env, HOME: folder });
    await said(server, /Started flows/);
    return { stop: () => end(server), output: () => server.output };
  },
  uses: {
    /** What a flow sends to the debug node shows in the editor. */
    'the debug sidebar': async (page, site) => {
      await page.goto(`${site}/#flow/tab`);
      await page.locator('.red-ui-workspace-chart, #red-ui-workspace-chart').first().waitFor();
      await page.evaluate("RED.actions.invoke('core:show-debug-tab')");
      await page.locator('#red-ui-header-button-deploy').waitFor();
      await page.evaluate("fetch('inject/inject', { method: 'POST' })");
      await page.locator('.red-ui-debug-msg').getByText('Grüße').first().waitFor();
    },
  },
};
