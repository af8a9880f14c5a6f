import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { createBody } from '../support/clients/fallback-client.ts';
import { ECHO } from './target.ts';

/** What a client saw: times there and back in milliseconds, and whatever went wrong. */
export interface Seen {
  readonly echoes: number[];
  readonly wrong: string[];
}

/** Milliseconds between an echo and the next message. */
const PAUSE = 200;
/** Milliseconds for which an echo is waited for: 100 ms is the bar, and this is its absence. */
const LOST_AFTER = 30_000;

/** U+001E ends a frame in text form (PROTOCOL.md §2). */
const FRAME_END = '\x1e';

const agent = new Agent({ keepAlive: true });

interface Reply {
  readonly status: number;
  readonly body: string;
}

function post(port: number, path: string, body: string, headers = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method: 'POST', agent };
    const length = Buffer.byteLength(body);
    const request = httpRequest(
      { ...options, headers: { ...headers, 'content-length': length } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
        answer.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Repeats what was refused for the moment, as the shim does (PROTOCOL.md §5). */
async function postUntilTaken(port: number, path: string, body: string, headers = {}): Promise<Reply> {
  for (let pause = 50; ; pause = Math.min(2 * pause, 1_000)) {
    const reply = await post(port, path, body, headers).catch((): Reply => ({ status: 0, body: '' }));
    if (!/^(?:0|408|425|429|50[0234])$/.test(String(reply.status))) return reply;
    await after(pause);
  }
}

/** A fallback session over polls that sends a message, waits for its echo, and begins again. */
export async function pollingClient(port: number, signal: AbortSignal): Promise<Seen> {
  const seen: Seen = { echoes: [], wrong: [] };
  const base = `${ECHO}/_fallback/v1`;
  const origin = `http://127.0.0.1:${port}`;
  const made = await postUntilTaken(port, `${base}/create`, createBody({ url: ECHO, origin }), {
    'x-fallback': 'create',
  });
  const token = new URLSearchParams(made.body).get('token');
  if (token === null) {
    seen.wrong.push(`create: ${made.status}`);
    return seen;
  }
  let received = 0;
  let attach = 0;
  for (let number = 1; !signal.aborted; number++) {
    const text = `message ${number}`;
    const sent = performance.now();
    const send = async (): Promise<void> => {
      for (;;) {
        const { status, body } = await postUntilTaken(
          port,
          `${base}/send`,
          `${token};#${number}\x1eT${text}\x1e`,
        );
        if (status !== 200) {
          seen.wrong.push(`send ${number}: ${status}`);
          return;
        }
        if (Number(/A(\d+)/.exec(body)?.[1]) >= number) return;
        await after(50);
      }
    };
    const sending = send();
    while (received < number && seen.wrong.length === 0) {
      const body = `${token};D${++attach},${received}\x1e`;
      const reply = await postUntilTaken(port, `${base}/xhr-polling`, body);
      const frames = reply.body.split(FRAME_END);
      if (reply.status !== 200 || frames.includes('Eg')) seen.wrong.push(`poll: ${reply.status}`);
      let at = Number(frames.find((frame) => frame.startsWith('#'))?.slice(1));
      for (const frame of frames) {
        if (!frame.startsWith('T')) continue;
        if (at === received + 1) {
          received++;
          if (frame !== `T${text}`) seen.wrong.push(`echo ${number} was ${frame}`);
        }
        at++;
      }
      if (performance.now() - sent > LOST_AFTER) seen.wrong.push(`echo ${number} did not come`);
    }
    await sending;
    if (seen.wrong.length > 0) break;
    seen.echoes.push(performance.now() - sent);
    await after(PAUSE);
  }
  return seen;
}

/** A native WebSocket that does the same. */
export async function nativeClient(port: number, signal: AbortSignal): Promise<Seen> {
  const seen: Seen = { echoes: [], wrong: [] };
  const socket = new WebSocket(`ws://127.0.0.1:${port}${ECHO}`);
  socket.on('close', (code) => {
    if (!signal.aborted) seen.wrong.push(`closed with ${code}`);
  });
  socket.on('error', () => {});
  await once(socket, 'open').catch(() => seen.wrong.push('did not open'));
  for (let number = 1; !signal.aborted && seen.wrong.length === 0; number++) {
    const sent = performance.now();
    socket.send(`message ${number}`);
    const late = AbortSignal.timeout(LOST_AFTER);
    const [data] = await once(socket, 'message', { signal: late }).catch(() => ['nothing']);
    if (String(data) !== `message ${number}`) seen.wrong.push(`echo ${number} was ${data}`);
    seen.echoes.push(performance.now() - sent);
    await after(PAUSE);
  }
  socket.terminate();
  return seen;
}
