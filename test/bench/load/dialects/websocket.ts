import { type Dialect, requestHead, sessionOn } from '../session.ts';
import { WebSocketLink } from '../websocket-link.ts';

/** A plain WebSocket. */
export const webSocket: Dialect = (target, _up, opened) => {
  const link = new WebSocketLink(
    target.port,
    requestHead('GET', target.path, target),
    () => opened(session),
    (text) => session.onmessage(text),
  );
  const session = sessionOn(link, (text) => link.send(text));
};
