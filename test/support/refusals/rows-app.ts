import { create, plain, upgrade } from './requests.ts';
import { APP, type Row } from './row.ts';
import type { Surroundings } from './servers.ts';

/** In front of a whole application. */
export function appRows(around: Surroundings): readonly Row[] {
  const app = `http://127.0.0.1:${around.plain}`;
  const started = { flags: ['--app', app] };
  const named = { flags: ['--app', app, '--app-host', 'inner.example'] };
  const HOST = { host: 'app.intranet' };
  return [
    {
      what: 'a page of an application that is not there',
      started: { flags: ['--app', 'http://127.0.0.1:1'] },
      attempt: plain('GET', '/'),
      advice: /start the application, or give --app its address/,
    },
    {
      what: 'a native WebSocket of an application that is not there',
      started: { flags: ['--app', 'http://127.0.0.1:1'] },
      attempt: upgrade('/ws'),
      advice: /start the application, or give --app its address/,
    },
    {
      what: 'a native WebSocket that the application refuses without a login',
      started: { flags: ['--app', `http://127.0.0.1:${around.closed}`] },
      attempt: upgrade('/ws'),
      advice: /wants a login/,
    },
    {
      what: 'a native WebSocket that the application refuses to the page',
      started: { flags: ['--app', `http://127.0.0.1:${around.careful}`, '--origin', APP] },
      attempt: upgrade('/ws', { origin: APP }),
      advice: /tell it its public address/,
    },
    {
      what: 'a page of an application that speaks TLS, at `http://`',
      started: { flags: ['--app', `http://localhost:${around.tls}`] },
      attempt: plain('GET', '/'),
      advice: /https:\/\//,
    },
    {
      what: 'a page of an application that speaks no TLS, at `https://`',
      started: { flags: ['--app', `https://localhost:${around.plain}`] },
      attempt: plain('GET', '/'),
      advice: /http:\/\/ is its address/,
    },
    {
      what: 'a page of an application with a certificate that nobody signed',
      started: { flags: ['--app', `https://localhost:${around.tls}`] },
      attempt: plain('GET', '/'),
      advice: /set app\.ca/,
    },
    {
      what: 'a native WebSocket of an application, for a page of another origin',
      started,
      attempt: upgrade('/ws', { origin: APP }),
    },
    { what: 'a `create` of such a page', started, attempt: create('/ws', APP), page: '/ws' },
    {
      what: 'a page of an application that gets another `Host`, under a name that is not accepted',
      started: { flags: ['--app', `http://127.0.0.1:${around.auth}`, '--app-host', 'inner.example'] },
      attempt: plain('GET', '/', HOST),
      // The answer of the application.
      passes: /^403$/,
    },
    { what: 'a native WebSocket, the same', started: named, attempt: upgrade('/ws', HOST) },
  ];
}
