import { conversation, same } from './conversation.js';

/* global Zone */

/** Handlers of every kind run in the zone that set them. */
export default async function zone(base) {
  const seen = [];
  const note = (event) => seen.push(`${event.type} ${Zone.current.name}`);
  const socket = Zone.current.fork({ name: 'app' }).run(() => {
    const made = new WebSocket(`${base}/echo`);
    made.onopen = note;
    made.addEventListener('message', note);
    made.onclose = note;
    return made;
  });
  await conversation(socket);
  same(seen, ['open app', 'message app', 'message app', 'close app'], 'zones');
}
