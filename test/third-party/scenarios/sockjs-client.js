import SockJS from 'sockjs-client';
import { conversation, once, same } from './conversation.js';

const TRANSPORTS = [
  'xhr-streaming',
  'eventsource',
  'iframe-eventsource',
  'htmlfile',
  'iframe-htmlfile',
  'xhr-polling',
  'iframe-xhr-polling',
  'jsonp-polling',
];

/**
 * sockjs-client beside a socket of the page's own: over each of its transports, with a server whose
 * greeting begins as a SockJS frame does, and at a route to SockJS's own server. Its default order
 * begins with `window.WebSocket`, whatever that is.
 */
export default async function sockJsClient(base) {
  const http = base.replace('ws', 'http');
  const socket = new WebSocket(`${base}/echo`);
  for (const transport of TRANSPORTS) await talk(`${http}/greeting`, transport, ['online: 5']);
  await talk(`${http}/greeting`, undefined, ['online: 5']);
  await talk(`${http}/sockjs-node`, undefined, []);
  await conversation(socket);
}

async function talk(url, transport, greetings) {
  const options = transport === undefined ? {} : { transports: [transport], timeout: 10_000 };
  const socket = new SockJS(url, null, options);
  const seen = [];
  let done;
  const whole = new Promise((resolve) => {
    done = resolve;
  });
  socket.onmessage = ({ data }) => {
    seen.push(data);
    if (seen.length === greetings.length + 1) done();
  };
  const where = transport ?? 'the default order';
  const closed = once(socket, 'close').then(({ code, reason }) => {
    if (seen.length <= greetings.length) throw new Error(`${where}: closed with ${code} ${reason}`);
  });
  await Promise.race([once(socket, 'open'), closed]);
  socket.send('["hello"] Grüße');
  await Promise.race([whole, closed]);
  same(seen, [...greetings, '["hello"] Grüße'], where);
  if (transport !== undefined) same(socket.transport, transport, 'transport');
  socket.close();
  await closed;
}
