import { configure, WebSocketShim } from 'fallback-gateway/client-shim';
import { conversation, same } from './conversation.js';

/** The shim as a module, bundled with the page: no tag, and the page's WebSocket stays. */
export default async function shimModule(base, transport) {
  if (transport !== 'websocket') configure({ transports: [transport] });
  const own = window.WebSocket;
  const socket = new WebSocketShim(`${base}/echo`, ['chat']);
  await conversation(socket);
  same([socket.protocol, socket.transport], ['chat', transport], 'protocol and transport');
  same(window.WebSocket === own, true, "the page's WebSocket");
}
