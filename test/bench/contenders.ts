/** A server and the way it is spoken to. */
export interface Contender {
  readonly name: string;
  /** File in `servers/`. */
  readonly server: string;
  /** Key of the generator's table of dialects. */
  readonly dialect: string;
  /** URL path, for echoes. */
  readonly path: string;
  /** URL path where a message may go to all. */
  readonly pushPath: string;
  /** Differs from the row above only when messages are echoed. */
  readonly echoOnly?: true;
}

/** Contenders that do the same thing, those of ours first. */
export interface Group {
  readonly name: string;
  readonly contenders: readonly Contender[];
}

const ws: Contender = { name: 'ws', server: 'ws', dialect: 'websocket', path: '/', pushPath: '/' };

export const groups: readonly Group[] = [
  {
    name: 'xhr-streaming',
    contenders: [
      ours('gateway xhr-streaming'),
      sockjs('sockjs xhr_streaming'),
      bare('bare http stream', 'bare-http', 'bare stream'),
      bare('bare net stream', 'bare-net', 'bare stream'),
    ],
  },
  {
    name: 'eventsource',
    contenders: [
      ours('gateway eventsource'),
      sockjs('sockjs eventsource'),
      bare('bare net stream', 'bare-net', 'bare stream'),
    ],
  },
  {
    name: 'xhr-polling',
    contenders: [
      ours('gateway xhr-polling'),
      { ...ours('gateway xhr-polling, sends alone'), echoOnly: true },
      sockjs('sockjs xhr'),
      engineIo('engine.io polling'),
      bare('bare http poll', 'bare-http', 'bare poll'),
      bare('bare net poll', 'bare-net', 'bare poll'),
      { ...bare('bare net poll, one request', 'bare-net', 'bare poll, one request'), echoOnly: true },
    ],
  },
  {
    name: 'websocket carrier',
    contenders: [ours('gateway websocket'), sockjs('sockjs websocket'), engineIo('engine.io websocket')],
  },
  ...['xhr_streaming', 'eventsource', 'xhr', 'websocket'].map((form) => ({
    name: `sockjs ${form}`,
    contenders: [{ ...ours(`gateway sockjs ${form}`), dialect: `sockjs ${form}` }, sockjs(`sockjs ${form}`)],
  })),
  {
    name: 'websocket',
    contenders: [{ ...ours('gateway plain websocket'), dialect: 'websocket' }, ws],
  },
  {
    name: 'handler',
    contenders: [
      { ...ours('gateway handler'), dialect: 'websocket', path: '/push' },
      ws,
      engineIo('engine.io websocket'),
    ],
  },
];

/** What may stand between a client and a WebSocket server, ours first. */
export const middles = ['gateway', 'net-pipe', 'nginx', 'direct'] as const;

export type Middle = (typeof middles)[number];

function ours(name: string): Contender {
  return { name, server: 'gateway', dialect: name, path: '/echo', pushPath: '/push' };
}

function sockjs(name: string): Contender {
  return { name, server: 'sockjs', dialect: name, path: '/echo', pushPath: '/echo' };
}

function engineIo(name: string): Contender {
  return { name, server: 'engine-io', dialect: name, path: '', pushPath: '' };
}

function bare(name: string, server: string, dialect: string): Contender {
  return { name, server, dialect, path: '', pushPath: '' };
}
