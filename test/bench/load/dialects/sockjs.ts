import { HttpLink } from '../http-link.ts';
import { type Dialect, requestHead, Sender, Splitter, sessionName, sessionOn } from '../session.ts';
import { WebSocketLink } from '../websocket-link.ts';

/**
 * Forms of the SockJS protocol 0.3
 * (https://sockjs.github.io/sockjs-protocol/sockjs-protocol-0.3.3.html).
 */
export function sockjs(form: 'xhr_streaming' | 'eventsource' | 'xhr'): Dialect {
  return (target, up, opened) => {
    // sockjs-client asks for /info before it opens a session.
    up.request(requestHead('GET', `${target.path}/info`, target), undefined, {
      end: () => {
        const base = `${target.path}/000/${sessionName()}`;
        const down = new HttpLink(target.port);
        const sender = new Sender(up, requestHead('POST', `${base}/xhr_send`, target), (all) =>
          JSON.stringify(all),
        );
        const session = sessionOn(down, (text) => sender.send(text), up);
        let isOpen = false;
        const frame = (text: string) => {
          if (text.startsWith('a')) {
            for (const message of JSON.parse(text.slice(1)) as string[]) session.onmessage(message);
          } else if (text === 'o' && !isOpen) {
            isOpen = true;
            opened(session);
          } else if (text.startsWith('c')) throw new Error(`SockJS session closed: ${text}`);
        };
        const lines =
          form === 'eventsource'
            ? new Splitter('\r\n', (line) => line.startsWith('data: ') && frame(line.slice(6)))
            : new Splitter('\n', frame);
        const head = requestHead(form === 'eventsource' ? 'GET' : 'POST', `${base}/${form}`, target);
        const body = form === 'eventsource' ? undefined : '';
        const answer = { body: (text: string) => lines.push(text), end: () => attach() };
        const attach = () => down.request(head, body, answer);
        attach();
      },
    });
  };
}

/** SockJS frames on a WebSocket. */
export const sockjsWebSocket: Dialect = (target, up, opened) => {
  up.request(requestHead('GET', `${target.path}/info`, target), undefined, {
    end: () => {
      const path = `${target.path}/000/${sessionName()}/websocket`;
      const link = new WebSocketLink(
        target.port,
        requestHead('GET', path, target),
        () => {},
        (text) => {
          if (text === 'o') return opened(session);
          if (!text.startsWith('a')) return;
          for (const message of JSON.parse(text.slice(1)) as string[]) session.onmessage(message);
        },
      );
      const session = sessionOn(link, (text) => link.send(JSON.stringify([text])));
    },
  });
};
