import { record } from 'rrweb';
import { check, conversation } from './conversation.js';

/** Records the page while messages change it. */
export default async function rrweb(base) {
  const events = [];
  record({ emit: (event) => events.push(event), recordCrossOriginIframes: true });
  const socket = new WebSocket(`${base}/echo`);
  socket.addEventListener('message', ({ data }) => {
    document.body.append(String(data));
  });
  await conversation(socket);
  await new Promise((resolve) => setTimeout(resolve, 0));
  check(JSON.stringify(events).includes('Grüße'), 'the message is not in the recording');
}
