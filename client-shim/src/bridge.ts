import type { MessageEvent } from '../browser.d.ts';
import { onMessages } from './browser/messages.ts';
import { page } from './browser/page.ts';
import { onPageLifecycle } from './browser/page-lifecycle.ts';
import { pageOrigin } from './browser/place.ts';
import { randomId } from './browser/random.ts';
import { createConnect } from './connect/connect.ts';
import type { Connection } from './connect/connection.ts';
import { createMemory } from './connect/memory.ts';
import { Bytes } from './lang/bytes.ts';
import { has } from './lang/has.ts';
import { now } from './lang/now.ts';
import { createPlatform } from './transport/platform.ts';
import { httpOrigin } from './wire/address.ts';
import { encodeBridge, readBridge } from './wire/bridge.ts';
import { readFields } from './wire/parameters.ts';
import { binaryOf, charactersOf } from './wire/payload.ts';
import { escapeText, unescapeText } from './wire/text-form.ts';

// The gateway's page in a frame of another origin's page. It opens the connections that the page
// requests (PROTOCOL.md §14).

const connections: { [id: string]: Connection } = {};
/** Without native sockets, because those would send the gateway's origin. */
const platform = createPlatform(page, undefined);
const connect = createConnect(platform, createMemory(page, now));
/** The page's origin, as the browser reports it. */
let origin = '';
let sent = 0;
let seen = 0;

function post(to: string, id: string, verb: string, data: string): void {
  sent += 1;
  page.parent?.postMessage?.(encodeBridge(sent, id, verb, data), to);
}

function onMessage(event: MessageEvent): void {
  // biome-ignore lint/suspicious/noDoubleEquals: IE gives out another object for the same window each time, and takes them for equal
  if (event.source != page.parent) return;
  const [, number, id, verb, data] = (readBridge(event.data) || []) as [
    string,
    string,
    string,
    string,
    string
  ];
  if (!(+number > seen) || (origin && event.origin !== origin)) return;
  seen = +number;
  origin = '' + event.origin;
  const connection = connections[id];
  if (verb === 'O') open(id, data);
  else if (connection) act(connection, id, verb, data);
}

function act(connection: Connection, id: string, verb: string, data: string): void {
  const comma = data.indexOf(',');
  const number = +data.substring(0, comma);
  const payload = data.substring(comma + 1);
  if (verb === 'T') connection.send(unescapeText(payload), number);
  else if (verb === 'B') connection.send(binaryOf(page, unescapeText(payload), Bytes), number);
  else if (verb === 'C') connection.close(number, payload);
  else if (verb === 'X') {
    delete connections[id];
    connection._unload();
  }
}

function open(id: string, data: string): void {
  const { url = '', protocols, transports, steps } = readFields(data) || {};
  const report = (verb: string, text: string) => {
    // A page without an origin gets its messages with `*`: they go to the window that sent the
    // request.
    if (connections[id]) post(origin === 'null' ? '*' : origin, id, verb, text);
  };
  const list = (names: string | undefined) => (names ? names.split(',') : []);
  if (httpOrigin(url) !== pageOrigin()) return;
  connections[id] = connect(
    {
      url: url,
      protocols: list(protocols),
      origin: origin,
      transports: transports ? list(transports) : null,
      _bridged: true,
      _steps: steps
    },
    {
      open: (protocol) => report('O', protocol),
      message: (message) => {
        if (typeof message === 'string') report('T', escapeText(message));
        else report('B', escapeText(charactersOf(message)));
      },
      sent: (bytes) => report('A', '' + bytes),
      closing: () => {},
      closed: (code, reason, wasClean, failed) => {
        report('C', [code, wasClean, failed, reason].join());
        delete connections[id];
      },
      // Reported later: the step may happen during a call by the page, before the connection
      // exists.
      step: (transport, what) => {
        platform._setTimeout(() => {
          const connection = connections[id];
          if (connection) report('S', [connection.transport(), transport, what].join());
        }, 0);
      }
    }
  );
}

onMessages(onMessage);
onPageLifecycle(unload, freeze);

function unload(): void {
  for (const id in connections) if (has(connections, id)) (connections[id] as Connection)._unload();
}

function freeze(frozen: boolean): void {
  for (const id in connections) if (has(connections, id)) (connections[id] as Connection)._freeze(frozen);
}

post('*', '0', 'H', randomId(8));
