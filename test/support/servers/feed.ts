import { strict as assert } from 'node:assert';
import type { GatewaySocket } from '../../../gateway/index.ts';
import { startFront } from './front.ts';
import { startGateway } from './gateway.ts';

/** Short times of a session, in milliseconds. */
export const HEARTBEAT = 1_000;
export const WINDOW = 7_000;

/** One connection of a page, as the program behind the gateway sees it. */
export interface Peer {
  readonly socket: GatewaySocket;
  /** Messages from the page. */
  readonly heard: string[];
  closed: number | undefined;
}

/**
 * A gateway with a handler that talks to pages when the test says so, and a front with the page.
 */
export interface Feed {
  /** Address of the page over a transport. */
  page(transport: string): string;
  /** Address of another page. */
  readonly other: string;
  /** Connections in the order in which they came. */
  readonly peers: Peer[];
  /** The first of them. */
  readonly peer: Peer;
  /** Sends to the first of them. */
  say(...messages: string[]): void;
  /** Downstreams of that kind that are held at present. */
  waiting(action: string): number;
  close(): Promise<void>;
}

/** A page that writes down all that its socket says, and has a few ways out of it that are none. */
const feedPage = (
  query: URLSearchParams,
): string => `<!DOCTYPE html><html><head><title>feed</title></head><body>
<a id="script" href="javascript:void(window.clicked = true)">script</a>
<a id="mail" href="mailto:nobody@example.invalid">mail</a>
<a id="download" href="/_test/file" download="file.txt">download</a>
<script src="/shim/websocket.min.js" data-transports="${query.get('transport')}"></script>
<script>
var got = [], closes = [], shows = [];
window.addEventListener('pageshow', function (event) { shows.push(event.persisted); }, false);
var ws = new WebSocket('ws://' + location.host + '/feed');
ws.onmessage = function (event) { got.push(event.data); };
ws.onclose = function (event) { closes.push(event.code); };
</script></body></html>`;

/** Starts it, with sessions that are soon missed. */
export async function startFeed(): Promise<Feed> {
  const peers: Peer[] = [];
  const gateway = await startGateway({ heartbeat: HEARTBEAT, resumeWindow: WINDOW }, (made) =>
    made.route('/feed', (socket) => {
      const peer: Peer = { socket, heard: [], closed: undefined };
      peers.push(peer);
      socket.on('message', (data) => peer.heard.push(String(data)));
      socket.on('close', (code) => {
        peer.closed = code;
      });
    }),
  );
  const front = await startFront(gateway.port, {
    '/_test/feed.html': feedPage,
    '/_test/other.html': () => '<!DOCTYPE html><title>other</title>',
    '/_test/file': () => 'a file',
  });
  const base = `http://127.0.0.1:${front.port}/_test`;
  const first = (): Peer => {
    assert.ok(peers[0], 'the page has connected');
    return peers[0];
  };
  return {
    page: (transport) => `${base}/feed.html?transport=${transport}`,
    other: `${base}/other.html`,
    peers,
    get peer() {
      return first();
    },
    say(...messages) {
      for (const message of messages) first().socket.send(message);
    },
    waiting: front.waiting,
    async close() {
      await front.close();
      await gateway.close();
    },
  };
}
