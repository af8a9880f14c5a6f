import { type Dialect, type LoadSession, requestHead } from '../session.ts';
import { WebSocketLink } from '../websocket-link.ts';

/** A plain WebSocket. */
export const webSocket: Dialect = (target, _up, opened) => {
  const link = new WebSocketLink(
    target.port,
    requestHead('GET', target.path, target),
    () => opened(session),
    (text) => session.onmessage(text),
  );
  const session: LoadSession = {
    onmessage: () => {},
    send: (text) => link.send(text),
    leave: () => link.drop(),
    octets: () => link.octets,
  };
};
