import { recipeIn } from '../../documents/markdown.ts';
import { type Nginx, startNginx } from '../../support/servers/nginx.ts';

/**
 * nginx in front of an application, each at its port, as docs/compatibility.md has it. The tag also
 * gets the transports of a cookie, so that a page is run over each.
 */
export function startFrontOf(application: number, gateway: number): Promise<Nginx> {
  const [http = '', server = ''] = recipeIn('docs/compatibility.md', 'applications')
    .replaceAll(/\b8080\b/g, String(gateway))
    .replaceAll(/\b3000\b/g, String(application))
    .replace('websocket.min.js"', '$& data-transports="$cookie_transports"')
    .split('\n\n');
  return startNginx(server, {}, http);
}
