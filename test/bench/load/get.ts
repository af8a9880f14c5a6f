import net from 'node:net';
import type { Figures, Target } from '../messages.ts';
import { type Mark, Window } from './window.ts';

interface GetTask {
  readonly sessions: number;
  readonly warmUp: number;
  readonly duration: number;
}

/** Connections on each of which a GET follows the answer to the one before. */
export async function get(target: Target, task: GetTask, mark: Mark): Promise<Figures> {
  const { port, path, headers } = target;
  const request = `GET ${path} HTTP/1.1\r\n${headers}\r\n`;
  const window = new Window();
  for (let index = 0; index < task.sessions; index++) ask(port, request, window);
  return window.run(task.warmUp, task.duration, mark);
}

function ask(port: number, request: string, window: Window): void {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  let since = 0;
  let head = '';
  let left = 0;
  const next = (): void => {
    since = performance.now();
    socket.write(request);
  };
  const finish = (): void => {
    window.add(since);
    next();
  };
  socket.on('connect', next);
  socket.on('error', (error) => {
    throw error;
  });
  socket.on('data', (chunk) => {
    if (left > 0) {
      left -= chunk.length;
      if (left === 0) finish();
      return;
    }
    head += chunk.toString('latin1');
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (!head.startsWith('HTTP/1.1 200 ') || length === undefined) throw new Error(head.slice(0, 200));
    left = end + 4 + Number(length) - head.length;
    head = '';
    if (left === 0) finish();
  });
}
