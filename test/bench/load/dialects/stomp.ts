import { type Dialect, requestHead, sessionName, sessionOn } from '../session.ts';
import { WebSocketLink } from '../websocket-link.ts';

/** Where nobody is subscribed. */
const NOWHERE = '/topic/bench.nowhere';
/** Where all are. */
const ALL = '/topic/bench.all';

/** A client that gets back what it sends: the only one who is subscribed to its topic. */
export const stompEcho: Dialect = stomp(() => `/topic/bench.${sessionName()}`);

/**
 * A client that is subscribed with all others. What it sends beside messages to all, which begin
 * with `!`, is echoed by their receipts: another subscription would be another queue in RabbitMQ.
 */
export const stompSubscriber: Dialect = stomp(() => ALL);

/** STOMP 1.2 over a plain WebSocket, a frame in each message, as clients in pages speak it. */
function stomp(topic: () => string): Dialect {
  return (target, _up, opened) => {
    const own = topic();
    /** The text that a receipt is to come for. */
    let unanswered: string | undefined;
    const link = new WebSocketLink(
      target.port,
      requestHead('GET', target.path, target),
      () => link.send('CONNECT\naccept-version:1.2\nhost:/\nlogin:guest\npasscode:guest\n\n\0'),
      (frame) => {
        if (frame.startsWith('MESSAGE\n')) return session.onmessage(bodyOf(frame));
        if (frame.startsWith('CONNECTED\n')) {
          return link.send(`SUBSCRIBE\nid:sub-0\ndestination:${own}\nreceipt:subscribed\n\n\0`);
        }
        if (!frame.startsWith('RECEIPT\n')) throw new Error(`unexpected frame: ${frame.slice(0, 200)}`);
        if (unanswered === undefined) return opened(session);
        session.onmessage(unanswered);
      },
    );
    const session = sessionOn(link, (text) => {
      const alone = own === ALL && !text.startsWith('!');
      if (alone) unanswered = text;
      const destination = alone ? `${NOWHERE}\nreceipt:sent` : own;
      link.send(`SEND\ndestination:${destination}\ncontent-length:${text.length}\n\n${text}\0`);
    });
  };
}

function bodyOf(frame: string): string {
  return frame.slice(frame.indexOf('\n\n') + 2, frame.lastIndexOf('\0'));
}
