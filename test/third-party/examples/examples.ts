import { startRabbitMq } from '../../support/stomp/brokers.ts';

/** What an example has behind it that it does not start itself. */
export interface Behind {
  /** Variables that lead the example to it. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** How an example is used: a page with a line to fill in, and with what comes of it. */
export interface Example {
  /** Below `examples`. */
  readonly folder: string;
  /** A script of its package.json. @default 'start' */
  readonly script?: string;
  /** What of the page, where it has several. */
  readonly query?: string;
  /** The page is at this variable's port. @default 'PORT' */
  readonly portOf?: string;
  /** Programs that it needs, as `requireOrSkip` knows them. */
  readonly needs?: readonly string[];
  /** Its page says so when it is connected. @default /connected/ */
  readonly connected?: RegExp;
  /** The page's text after `hello` was sent. @default /^hello$/m */
  readonly answer?: RegExp;
  /** The server of a page of development has a WebSocket of its own. */
  readonly nativeOnly?: true;
  start?(): Promise<Behind>;
}

export const EXAMPLES: readonly Example[] = [
  { folder: 'application' },
  { folder: 'express' },
  { folder: 'http' },
  { folder: 'ws' },
  { folder: 'stomp-rabbitmq', needs: ['rabbitmq-server', 'epmd'], start: rabbitMq },
  { folder: 'stompjs' },
  { folder: 'mqtt', needs: ['mosquitto'] },
  { folder: 'rxjs', connected: /^one: joined$/m, answer: /^one: hello\ntwo: hello$/m },
  { folder: 'reconnecting-websocket' },
  { folder: 'graphql-ws' },
  ...['4', '2', '1'].map((client) => ({ folder: 'socket.io', query: `?client=${client}` })),
  { folder: 'socket.io-0.9' },
  { folder: 'vite', needs: ['bundlers'] },
  { folder: 'vite', needs: ['bundlers'], script: 'dev', portOf: 'DEV_PORT', nativeOnly: true },
];

async function rabbitMq(): Promise<Behind> {
  const broker = await startRabbitMq();
  return { env: { STOMP_URL: `stomp://127.0.0.1:${broker.port}` }, stop: () => broker.stop() };
}
