import { Client } from '@stomp/stompjs';
import { same } from './conversation.js';

/** Text and binary to a topic, a receipt, and an orderly end. */
export default async function stompJs(base) {
  const client = new Client({ brokerURL: `${base}/stomp`, reconnectDelay: 0 });
  await new Promise((resolve, reject) => {
    client.onConnect = resolve;
    client.onWebSocketClose = ({ code }) => reject(new Error(`closed with ${code}`));
    client.activate();
  });
  const destination = `/topic/${Math.random()}`;
  const messages = [];
  const both = new Promise((resolve) => {
    client.subscribe(destination, (message) => messages.push(message) === 2 && resolve());
  });
  const received = new Promise((resolve) => client.watchForReceipt('sent', resolve));
  client.publish({ destination, body: 'Grüße', headers: { receipt: 'sent' } });
  client.publish({ destination, binaryBody: new Uint8Array([0, 127, 255]) });
  await Promise.all([both, received]);
  same(messages[0].body, 'Grüße', 'text');
  same([...messages[1].binaryBody], [0, 127, 255], 'binary');
  client.onWebSocketClose = () => {};
  await client.deactivate();
}
