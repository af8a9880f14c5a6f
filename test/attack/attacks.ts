import { setTimeout as after } from 'node:timers/promises';
import {
  ask,
  clientFrame,
  createAndSend,
  createSession,
  dial,
  openSocket,
  postHead,
  pour,
  upgradeHead,
} from './raw-connection.ts';
import { type Attack, ECHO, SILENT, STOMP, type Target } from './target.ts';

const MiB = 1024 ** 2;
/** Milliseconds for which an attack holds what it has opened. */
const HOLD = 3_000;

/** Runs `act` so many times at once. */
async function atOnce(times: number, act: (index: number) => Promise<unknown>): Promise<void> {
  await Promise.allSettled(Array.from({ length: times }, (_, index) => act(index)));
}

function hold(signal: AbortSignal): Promise<void> {
  return after(HOLD, undefined, { signal }).catch(() => {});
}

/** `count` sessions, each of which gets one `send` with these frames. */
function sessionsWith(count: number, frames: string) {
  return async (target: Target, signal: AbortSignal): Promise<void> => {
    await atOnce(count, () => createAndSend(target, signal, frames, ECHO));
    await hold(signal);
  };
}

/** Bodies that are announced and end one byte early. */
function unfinishedBodies(count: number, path: string, body: (length: number) => Buffer, length: number) {
  return async (target: Target, signal: AbortSignal): Promise<void> => {
    await atOnce(count, async () => {
      const socket = await dial(target, signal);
      await pour(socket, postHead(path, length));
      await pour(socket, body(length - 1));
      await hold(signal);
      socket.destroy();
    });
  };
}

let sockjsSession = 0;

function sockjsPath(route: string): string {
  return `${route}/000/attack-${process.pid}-${sockjsSession++}`;
}

/** Everything that has ended or slowed down a gateway once. */
export const attacks: readonly Attack[] = [
  { name: 'empty fragments', run: sessionsWith(26, `#1\x1e${'t\x1e'.repeat(65_500)}`) },
  { name: 'early empty frames', run: sessionsWith(100, `#1000\x1e${'T\x1e'.repeat(4_200)}`) },
  { name: 'echoes that nobody reads', run: sessionsWith(50, `#1\x1e${'T\x1e'.repeat(65_000)}`) },
  {
    name: 'empty frames on a WebSocket carrier, never acknowledged',
    async run(target, signal) {
      await atOnce(10, async () => {
        const token = await createSession(target, signal, ECHO);
        const socket = await openSocket(target, signal, `${ECHO}/_fallback/v1/${token}/websocket`);
        if (socket === undefined) return;
        await pour(socket, clientFrame(0x81, Buffer.from('D1,0\x1e#1\x1e')));
        for (let part = 0; part < 10; part++) {
          await pour(socket, clientFrame(0x81, Buffer.from('T\x1e'.repeat(50_000))));
        }
        await hold(signal);
        socket.destroy();
      });
    },
  },
  {
    name: 'SockJS messages for a backend that does not answer',
    async run(target, signal) {
      const body = `[${'"",'.repeat(65_535)}""]`;
      await atOnce(20, async () => {
        const path = sockjsPath(SILENT);
        const stream = await dial(target, signal);
        stream.resume().write(postHead(`${path}/xhr_streaming`, 0));
        await after(150, undefined, { signal });
        await ask(target, signal, postHead(`${path}/xhr_send`, body.length) + body);
        await hold(signal);
        stream.destroy();
      });
    },
  },
  {
    name: 'long SockJS bodies for a backend that does not answer',
    async run(target, signal) {
      const body = Buffer.from(`["${'x'.repeat(15.9 * MiB)}"]`);
      await atOnce(4, async () => {
        const path = sockjsPath(SILENT);
        const stream = await dial(target, signal);
        stream.resume().write(postHead(`${path}/xhr_streaming`, 0));
        await after(150, undefined, { signal });
        const socket = await dial(target, signal);
        await pour(socket, postHead(`${path}/xhr_send`, body.length));
        await pour(socket, body);
        await hold(signal);
        socket.destroy();
        stream.destroy();
      });
    },
  },
  {
    name: 'opening brackets to SockJS',
    async run(target, signal) {
      const path = sockjsPath(ECHO);
      const stream = await dial(target, signal);
      stream.resume().write(postHead(`${path}/xhr_streaming`, 0));
      await after(50, undefined, { signal });
      const body = '['.repeat(15 * MiB);
      await ask(target, signal, postHead(`${path}/xhr_send`, body.length) + body);
      stream.destroy();
    },
  },
  {
    name: 'STOMP queues of empty messages',
    async run(target, signal) {
      const socket = await openSocket(target, signal, STOMP, 'v12.stomp');
      if (socket === undefined) return;
      const frame = (text: string) => clientFrame(0x81, Buffer.from(text));
      await pour(socket, frame('CONNECT\naccept-version:1.2\nhost:x\n\n\0'));
      const batch = Buffer.concat(
        Array.from({ length: 2_000 }, (_, i) => frame(`SEND\ndestination:/queue/a${i % 50}\n\n\0`)),
      );
      for (let part = 0; part < 20 && !socket.destroyed; part++) await pour(socket, batch);
      await hold(signal);
      socket.destroy();
    },
  },
  {
    name: 'bodies without a token',
    run: unfinishedBodies(
      200,
      `${ECHO}/_fallback/v1/send`,
      (length) => Buffer.alloc(length, 0x61),
      256 * 1024,
    ),
  },
  {
    name: 'messages that never end',
    async run(target, signal) {
      await atOnce(10, async () => {
        const token = await createSession(target, signal, ECHO);
        if (token === undefined) return;
        const part = `t${'x'.repeat(250 * 1024)}\x1e`;
        for (let number = 1; number <= 62 && !signal.aborted; number++) {
          const body = `${token};#${number}\x1e${part}`;
          const answer = await ask(target, signal, postHead(`${ECHO}/_fallback/v1/send`, body.length) + body);
          if (!answer.startsWith('HTTP/1.1 200')) break;
        }
        await hold(signal);
      });
    },
  },
  {
    name: 'upgrades to a backend that never answers',
    async run(target, signal) {
      await atOnce(200, async () => {
        const socket = await dial(target, signal);
        socket.resume().write(upgradeHead(SILENT));
        await hold(signal);
        socket.destroy();
      });
    },
  },
  {
    name: 'native connections in numbers',
    async run(target, signal) {
      await atOnce(150, async () => {
        const socket = await openSocket(target, signal, ECHO);
        await hold(signal);
        socket?.destroy();
      });
    },
  },
  {
    name: 'blanks in a header field',
    async run(target, signal) {
      const head = `GET ${ECHO} HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a${' '.repeat(15_500)}b\r\n\r\n`;
      await atOnce(10, () => ask(target, signal, head));
    },
  },
  {
    name: 'a path of slashes',
    async run(target, signal) {
      const head = `GET ${'/'.repeat(15_500)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
      await atOnce(10, () => ask(target, signal, head));
    },
  },
];
