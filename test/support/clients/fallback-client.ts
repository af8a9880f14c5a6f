import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';

/** An answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What a request may bring. */
export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** `␞` stands for the frame end in tests. */
export function frames(text: string): string {
  return text.replaceAll('␞', '\x1e');
}

let nonces = 0;

/**
 * The fields of a `create` body that a client on `origin` sends; `changes` replace or, as
 * undefined, remove some.
 */
export function createBody(changes: Readonly<Record<string, string | undefined>>): string {
  const fields = { nonce: `test-nonce-${String(nonces++).padStart(8, '0')}`, url: '/echo', ...changes };
  const present = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  return new URLSearchParams(present).toString();
}

/**
 * A client of the fallback protocol that does exactly what a test says, wrong things too. The real
 * client is the shim.
 */
export class FallbackClient {
  readonly origin: string;
  readonly #port: number;
  readonly #agent: Agent;
  readonly #isSecure: boolean;
  readonly #streams = new Set<Socket>();

  /** With a certificate, in PEM form, it speaks TLS to `localhost`; `tls` says which. */
  constructor(port: number, certificate?: string, tls: SecureContextOptions = {}) {
    this.#port = port;
    this.#isSecure = certificate !== undefined;
    this.origin = this.#isSecure ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
    this.#agent = this.#isSecure
      ? new TlsAgent({ keepAlive: true, ca: certificate, servername: 'localhost', ...tls })
      : new Agent({ keepAlive: true });
  }

  /** Sends a request and resolves with its whole answer. */
  ask(path: string, { method = 'POST', headers = {}, body = '' }: Ask = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.#port, path, method, agent: this.#agent };
      const host = new URL(this.origin).host;
      const makeRequest = this.#isSecure ? httpsRequest : httpRequest;
      const bytes = Buffer.from(body);
      const length = method === 'GET' ? {} : { 'content-length': bytes.length };
      const request = makeRequest({ ...options, headers: { host, ...headers, ...length } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8').replaceAll('\x1e', '␞');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end(bytes);
    });
  }

  /** Opens a session on `path` as same-origin script does, and resolves with its token. */
  async create(path = '/echo', changes: Readonly<Record<string, string>> = {}): Promise<string> {
    const answer = await this.ask(`${path}/_fallback/v1/create`, {
      headers: { 'x-fallback': 'create' },
      body: createBody({ url: path, origin: this.origin, ...changes }),
    });
    if (answer.status !== 200) throw new Error(`create: ${answer.status} ${answer.body}`);
    return new URLSearchParams(answer.body).get('token') ?? '';
  }

  /** A request of a session with its token in the body. */
  post(action: string, token: string, body: string, path = '/echo'): Promise<Answer> {
    return this.ask(`${path}/_fallback/v1/${action}`, { body: `${token};${frames(body)}` });
  }

  /**
   * Opens a stream on a connection of its own, which the test reads when it likes: until `resume`
   * is called, not more than the buffers of the system hold.
   */
  stream(token: string, body: string, path = '/echo'): Socket {
    const socket = connect(this.#port, '127.0.0.1');
    this.#streams.add(socket);
    const bytes = Buffer.from(`${token};${frames(body)}`);
    const head = [
      `POST ${path}/_fallback/v1/xhr-streaming HTTP/1.1`,
      `Host: 127.0.0.1:${this.#port}`,
      `Content-Length: ${bytes.length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(bytes);
    return socket;
  }

  close(): void {
    this.#agent.destroy();
    for (const socket of this.#streams) socket.destroy();
  }
}
