import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { socketPath } from '../cluster/unix-link.ts';
import type { ReloadOutcome } from './supervisor.ts';

/** Bytes of a request. */
const MAX_REQUEST = 1_024;

/** The name of the socket beside those of the nodes, whose names all end in random digits. */
const NAME = 'control';

/**
 * Takes requests from the command `fallback-gateway reload`: a line of JSON, answered by a line of
 * JSON. The folder and the socket are this user's alone.
 */
export class ControlSocket {
  readonly #server: Server;

  private constructor(reload: () => Promise<ReloadOutcome>) {
    this.#server = createServer((socket) => serve(socket, reload));
  }

  static async open(directory: string, reload: () => Promise<ReloadOutcome>): Promise<ControlSocket> {
    const control = new ControlSocket(reload);
    const path = socketPath(directory, NAME);
    control.#server.listen(path);
    await once(control.#server, 'listening');
    if (process.platform !== 'win32') chmodSync(path, 0o600);
    return control;
  }

  close(): void {
    this.#server.close();
  }
}

function serve(socket: Socket, reload: () => Promise<ReloadOutcome>): void {
  let request = '';
  socket.on('error', () => socket.destroy());
  socket.setEncoding('utf8').on('data', (text: string) => {
    request += text;
    if (request.length > MAX_REQUEST) socket.destroy();
    if (!request.endsWith('\n')) return;
    const known = request === '{"do":"reload"}\n';
    const answered = known
      ? reload()
      : Promise.resolve({ isDone: false, lines: ['this release does not know that request: restart it'] });
    void answered.then((outcome) => socket.end(`${JSON.stringify(outcome)}\n`));
  });
}

/** Asks a supervisor to reload. Rejects with Node's own errors if it cannot be reached. */
export async function requestReload(directory: string): Promise<ReloadOutcome> {
  const socket = connect(socketPath(directory, NAME)).setEncoding('utf8');
  socket.write('{"do":"reload"}\n');
  let answer = '';
  for await (const text of socket) answer += text;
  if (answer === '') return { isDone: false, lines: ['the gateway ended before it had reloaded'] };
  return JSON.parse(answer) as ReloadOutcome;
}
