import { HttpLink } from '../http-link.ts';
import { type Dialect, requestHead, Sender, Splitter, sessionOn } from '../session.ts';
import { WebSocketLink } from '../websocket-link.ts';

const PATH = '/engine.io/?EIO=4&transport=';
const SEPARATOR = '\x1e';

/** Engine.IO protocol 4 by HTTP long polling (https://github.com/socketio/engine.io-protocol). */
export const engineIoPolling: Dialect = (target, up, opened) => {
  let opening = '';
  up.request(requestHead('GET', `${PATH}polling`, target), undefined, {
    body: (text) => {
      opening += text;
    },
    end: () => {
      const { sid } = JSON.parse(opening.slice(1)) as { sid: string };
      const path = `${PATH}polling&sid=${sid}`;
      const down = new HttpLink(target.port);
      const sender = new Sender(up, requestHead('POST', path, target), (all) => all.join(SEPARATOR));
      const session = sessionOn(down, (text) => sender.send(`4${text}`), up);
      const packets = new Splitter(SEPARATOR, (packet) => {
        if (packet.startsWith('4')) session.onmessage(packet.slice(1));
        else if (packet === '2') sender.send('3');
      });
      const head = requestHead('GET', path, target);
      const answer = {
        body: (text: string) => packets.push(text),
        end: () => {
          poll();
          packets.push(SEPARATOR);
        },
      };
      const poll = () => down.request(head, undefined, answer);
      poll();
      opened(session);
    },
  });
};

/** The same by WebSocket alone. */
export const engineIoWebSocket: Dialect = (target, _up, opened) => {
  const link = new WebSocketLink(
    target.port,
    requestHead('GET', `${PATH}websocket`, target),
    () => {},
    (text) => {
      if (text.startsWith('4')) session.onmessage(text.slice(1));
      else if (text.startsWith('0')) opened(session);
      else if (text === '2') link.send('3');
    },
  );
  const session = sessionOn(link, (text) => link.send(`4${text}`));
};
