import { openRealm } from '../browser/realm.ts';

interface Step {
  readonly transport: string;
  readonly what: string;
}

/**
 * What `diagnostics` says of a socket that a page of another origin opens with the built shim, in
 * an engine without WebSocket.
 */
export async function diagnosticsOf(port: number, path: string): Promise<string> {
  const realm = openRealm({ url: 'http://127.0.0.1:1/page', without: ['WebSocket'] });
  try {
    await realm.loadScript(`http://127.0.0.1:${port}/shim/websocket.min.js`);
    const socket = realm.run(`new WebSocket('ws://127.0.0.1:${port}${path}')`) as {
      onclose: () => void;
      diagnostics: Step[];
    };
    await new Promise<void>((resolve) => {
      socket.onclose = resolve;
    });
    return socket.diagnostics.map(({ transport, what }) => `${transport} ${what}`.trim()).join('; ');
  } finally {
    realm.leave();
  }
}
