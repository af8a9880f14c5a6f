import { conversation, same } from './conversation.js';

/* global Class, Events */

/** Extends every type of the language, and wraps what is given to its classes. */
export default async function mooTools(base) {
  const Feed = new Class({
    Implements: [Events],
    initialize: function (url) {
      this.socket = new WebSocket(url, Array.from(['chat', 'other']));
      this.socket.onmessage = ({ data }) => this.fireEvent('message', data);
    },
  });
  const feed = new Feed(`${base}/echo`);
  const seen = [];
  feed.addEvent('message', (data) => seen.push(typeof data));
  await conversation(feed.socket);
  same(feed.socket.protocol, 'chat', 'protocol');
  same(seen.join(), 'string,object', 'messages');
}
