import mqtt from 'mqtt';
import { same } from './conversation.js';

/** QoS 1 both ways with binary payloads, and the broker's answer to DISCONNECT. */
export default async function mqttJs(base) {
  const client = await mqtt.connectAsync(`${base}/mqtt`, { protocolVersion: 5, reconnectPeriod: 0 });
  const topic = `test/${Math.random()}`;
  const payload = Uint8Array.from({ length: 5000 }, (_, at) => at % 256);
  const messages = [];
  const both = new Promise((resolve) => {
    client.on('message', (_, message) => messages.push(message) === 2 && resolve());
  });
  await client.subscribeAsync(topic, { qos: 1 });
  await client.publishAsync(topic, payload, { qos: 1 });
  await client.publishAsync(topic, 'Grüße', { qos: 1 });
  await both;
  same([...messages[0]], [...payload], 'binary');
  same(new TextDecoder().decode(messages[1]), 'Grüße', 'text');
  await client.endAsync();
}
