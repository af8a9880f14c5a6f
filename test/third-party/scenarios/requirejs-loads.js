import { conversation } from './conversation.js';

/* global require */

/** RequireJS loads the shim itself, as a script that is no module. */
export default function requireJsLoads(base, transport) {
  return new Promise((resolve, reject) => {
    require(['/shim/websocket.min.js'], () => {
      if (transport !== 'websocket') window.WebSocketShim.configure({ transports: [transport] });
      conversation(new WebSocket(`${base}/echo`)).then(resolve, reject);
    }, reject);
  });
}
