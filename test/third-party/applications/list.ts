import type { Application } from './application.ts';
import { channels } from './channels.ts';
import { frontail } from './frontail.ts';
import { jupyter } from './jupyter.ts';
import { karma } from './karma.ts';
import { nodeRed } from './node-red.ts';
import { rails } from './rails.ts';
import type { Mode } from './site.ts';
import { spring } from './spring.ts';

export const APPLICATIONS: readonly Application[] = [rails, spring, channels, nodeRed];

/** They stand behind `--app`. */
export const BEHIND_APP: readonly Application[] = [nodeRed, jupyter, frontail, karma];

export const MODES: readonly Mode[] = [
  { title: 'natively', hasWebSocket: true, uses: /^websocket$/ },
  // The shim's order: a page may be done before its session moves up from polling.
  { title: 'with WebSocket removed', hasWebSocket: false, uses: /^xhr-polling(,eventsource)?$/ },
  ...['xhr-streaming', 'xhr-polling'].map((transports) => ({
    title: `over ${transports}`,
    hasWebSocket: false,
    transports,
    uses: new RegExp(`^${transports}$`),
  })),
];
