import { conversation, same } from './conversation.js';

/* global $A, Class */

/** Extends arrays and functions, and defines `toJSON` for both. */
export default async function prototype(base) {
  const Feed = Class.create({
    initialize(url) {
      this.socket = new WebSocket(url, $A(['chat', 'other']));
      this.seen = [];
      this.socket.onmessage = this.message.bind(this);
    },
    message({ data }) {
      this.seen.push(typeof data);
    },
  });
  const feed = new Feed(`${base}/echo`);
  await conversation(feed.socket);
  same(feed.socket.protocol, 'chat', 'protocol');
  same(feed.seen.join(), 'string,object', 'messages');
}
