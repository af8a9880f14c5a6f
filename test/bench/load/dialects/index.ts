import type { Dialect } from '../session.ts';
import { bare } from './bare.ts';
import { engineIoPolling, engineIoWebSocket } from './engine-io.ts';
import { gatewayPolling, gatewayStream, gatewayWebSocket } from './gateway.ts';
import { sockjs, sockjsWebSocket } from './sockjs.ts';
import { stompEcho, stompSubscriber } from './stomp.ts';
import { webSocket } from './websocket.ts';

/** Every dialect that the generator speaks. */
export const dialects: Readonly<Record<string, Dialect>> = {
  'gateway xhr-streaming': gatewayStream('xhr-streaming'),
  'gateway eventsource': gatewayStream('eventsource'),
  'gateway xhr-polling': gatewayPolling(true),
  'gateway xhr-polling, sends alone': gatewayPolling(false),
  'gateway websocket': gatewayWebSocket,
  'sockjs xhr_streaming': sockjs('xhr_streaming'),
  'sockjs eventsource': sockjs('eventsource'),
  'sockjs xhr': sockjs('xhr'),
  'sockjs websocket': sockjsWebSocket,
  'engine.io polling': engineIoPolling,
  'engine.io websocket': engineIoWebSocket,
  'bare stream': bare('stream'),
  'bare poll': bare('poll'),
  'bare poll, one request': bare('poll', true),
  websocket: webSocket,
  'stomp echo': stompEcho,
  'stomp subscriber': stompSubscriber,
};
