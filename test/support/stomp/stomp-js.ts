import { createRequire } from 'node:module';
import { WebSocket } from 'ws';

/** A message as stompjs 2.3 hands it over. */
export interface StompJsMessage {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  ack(headers?: Readonly<Record<string, string>>): void;
  nack(headers?: Readonly<Record<string, string>>): void;
}

/** A client of stompjs 2.3. */
export interface StompJsClient {
  debug: ((line: string) => void) | undefined;
  readonly heartbeat: { outgoing: number; incoming: number };
  maxWebSocketFrameSize: number;
  onreceipt: ((frame: StompJsMessage) => void) | undefined;
  connect(
    headers: Readonly<Record<string, string>>,
    connected: (frame: StompJsMessage) => void,
    failed: (error: unknown) => void,
  ): void;
  send(destination: string, headers: Readonly<Record<string, string>>, body: string): void;
  subscribe(
    destination: string,
    callback: (message: StompJsMessage) => void,
    headers?: Readonly<Record<string, string>>,
  ): { id: string; unsubscribe(): void };
  begin(id: string): { id: string; commit(): void; abort(): void };
  disconnect(callback: () => void): void;
}

const { Stomp } = createRequire(import.meta.url)('stompjs/lib/stomp.js') as {
  Stomp: {
    over(socket: unknown): StompJsClient;
    setInterval(interval: number, callback: () => void): unknown;
    clearInterval(timer: unknown): void;
  };
};
Stomp.setInterval = (interval, callback) => setInterval(callback, interval);
Stomp.clearInterval = (timer) => clearInterval(timer as NodeJS.Timeout);

/**
 * Connects stompjs 2.3.3 over a WebSocket, with the subprotocols that it offers itself. `watch` is
 * called with each text message that arrives.
 */
export function connectStompJs(
  url: string,
  credentials: Readonly<Record<string, string>>,
  watch: (text: string) => void = () => {},
): Promise<StompJsClient> {
  const socket = new WebSocket(url, ['v10.stomp', 'v11.stomp']);
  socket.on('message', (data: Buffer) => watch(data.toString()));
  const client = Stomp.over(socket);
  client.debug = undefined;
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    client.connect(credentials, () => resolve(client), reject);
  });
}

/** The same over any socket that has the WebSocket interface, such as that of sockjs-client. */
export function connectStompJsOver(
  socket: unknown,
  credentials: Readonly<Record<string, string>>,
): Promise<StompJsClient> {
  const client = Stomp.over(socket);
  client.debug = undefined;
  return new Promise((resolve, reject) => {
    client.connect(credentials, () => resolve(client), reject);
  });
}
