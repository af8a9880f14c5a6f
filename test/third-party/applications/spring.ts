import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { programBelow } from '../../engines/programs.ts';
import { end, said, start } from '../../support/servers/program.ts';
import { folderOf, librariesFolder } from '../home.ts';
import { type Application, messages } from './application.ts';

const pages = fileURLToPath(new URL('../spring/static', import.meta.url));

const greeted =
  (name: string, wanted: readonly string[]) =>
  async (page: Page, site: string): Promise<void> => {
    await page.goto(`${site}/${name}.html`);
    await messages(page, wanted);
  };

const overSockJs = 'Hello, Grüße over SockJS!';
const plainly = 'Hello, Grüße plainly!';

/** The application of Spring's guide, with Spring Boot and Tomcat. */
export const spring: Application = {
  name: 'spring',
  title: 'Spring Boot 3.3, the WebSocket guide',
  programs: [],
  async start({ port, folder }) {
    const home = folderOf('spring');
    const java = programBelow('/usr/lib/jvm', 'bin/java') ?? 'java';
    const server = start(
      java,
      [
        ...['-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', `${join(home, 'classes')}:${join(home, 'lib')}/*`],
        ...['guide.Guide', '--server.address=127.0.0.1', `--server.port=${port}`],
        `--server.tomcat.basedir=${folder}`,
        `--spring.web.resources.static-locations=file:${pages}/,file:${librariesFolder}/`,
      ],
      process.env,
    );
    await said(server, /Started Guide/);
    return { stop: () => end(server), output: () => server.output };
  },
  uses: {
    'SockJS and stompjs': greeted('sockjs', [overSockJs]),
    'plain WebSocket': greeted('plain', [plainly]),
    'both in one page': greeted('both', [overSockJs, plainly]),
  },
};
