import { conversation, same } from './conversation.js';

/* global require, define */

/** The page's modules, one of which opens a socket. */
export default function requireJs(base) {
  define('feed', [], () => ({ open: () => new WebSocket(`${base}/echo`, 'chat') }));
  return new Promise((resolve, reject) => {
    require(['feed'], (feed) => {
      const socket = feed.open();
      conversation(socket)
        .then(() => same(socket.protocol, 'chat', 'protocol'))
        .then(resolve, reject);
    }, reject);
  });
}
