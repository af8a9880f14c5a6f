import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { type RawData, WebSocket } from 'ws';
import { startGateway } from '../servers/gateway.ts';
import type { Answer, Ask } from './fallback-client.ts';

/** A response that goes on, as far as it has been read. */
export interface Reading {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** The next `expected.length` characters, which must be these; rejects with what came instead. */
  expect(expected: string): Promise<void>;
  /** The next `length` characters. */
  read(length: number): Promise<string>;
  /** All up to and with the first `mark`, or to the end. */
  through(mark: string): Promise<string>;
  /** Resolves with what is left at its end. */
  rest(): Promise<string>;
  /** Breaks it off. */
  close(): void;
}

const DEADLINE = 15_000;

/** Plain requests of SockJS, exactly as a test says. */
export class SockJsRequests {
  /** `http://host:port/route`, without a slash at the end. */
  readonly base: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(base: string) {
    this.base = base;
  }

  /** The address of a new session. */
  session(server = '000'): string {
    return `/${server}/${randomUUID()}`;
  }

  /** Sends a request and resolves with its whole answer. */
  async ask(method: string, path: string, ask: Omit<Ask, 'method'> = {}): Promise<Answer> {
    const reading = await this.open(method, path, ask);
    return { status: reading.status, headers: reading.headers, body: await reading.rest() };
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask('GET', path, { headers });
  }

  post(path: string, body = '', headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask('POST', path, { headers, body });
  }

  /** Sends a request and resolves when its answer begins. */
  open(method: string, path: string, { headers = {}, body }: Omit<Ask, 'method'> = {}): Promise<Reading> {
    return new Promise((resolve, reject) => {
      const bytes = body === undefined ? undefined : Buffer.from(body);
      const length = bytes === undefined ? {} : { 'content-length': bytes.length };
      const options = { method, agent: this.#agent, headers: { ...headers, ...length } };
      const request = httpRequest(this.base + path, options, (response) => resolve(new Response(response)));
      request.on('error', reject);
      request.end(bytes);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

class Response implements Reading {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly #response: IncomingMessage;
  #text = '';
  #isOver = false;
  #look: () => void = () => {};

  constructor(response: IncomingMessage) {
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    this.#response = response;
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      this.#text += text;
      this.#look();
    });
    response.on('error', () => {});
    response.on('close', () => {
      this.#isOver = true;
      this.#look();
    });
  }

  async expect(expected: string): Promise<void> {
    const came = await this.read(expected.length);
    if (came !== expected) throw new Error(`${JSON.stringify(came)} in place of ${JSON.stringify(expected)}`);
  }

  async read(length: number): Promise<string> {
    await this.#until(`${length} characters`, () => this.#text.length >= length);
    const read = this.#text.slice(0, length);
    this.#text = this.#text.slice(length);
    return read;
  }

  async through(mark: string): Promise<string> {
    const at = (): number => this.#text.indexOf(mark);
    await this.#until(JSON.stringify(mark), () => at() >= 0 || this.#isOver);
    return this.read(at() < 0 ? this.#text.length : at() + mark.length);
  }

  async rest(): Promise<string> {
    await this.#until('the end', () => this.#isOver);
    return this.#text;
  }

  close(): void {
    this.#response.destroy();
  }

  #until(what: string, condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const came = (): string => JSON.stringify(this.#text.slice(0, 200));
      const late = setTimeout(() => reject(new Error(`${what} did not come, but ${came()}`)), DEADLINE);
      this.#look = () => {
        if (!condition() && !this.#isOver) return;
        clearTimeout(late);
        this.#look = () => {};
        if (condition()) resolve();
        else reject(new Error(`it ended before ${what}, with ${came()}`));
      };
      this.#look();
    });
  }
}

/** A WebSocket whose messages and end are waited for one by one. */
export class SocketReader {
  readonly socket: WebSocket;
  readonly #messages: string[] = [];
  #closed: { code: number; reason: string } | undefined;
  #failed: Error | undefined;
  #look: () => void = () => {};

  constructor(url: string, options: { headers?: Record<string, string>; protocolVersion?: 8 | 13 } = {}) {
    this.socket = new WebSocket(url.replace(/^http/, 'ws'), options);
    this.socket.on('message', (data: RawData) => {
      this.#messages.push(data.toString());
      this.#look();
    });
    this.socket.on('close', (code, reason) => {
      this.#closed = { code, reason: reason.toString() };
      this.#look();
    });
    this.socket.on('error', (error) => {
      this.#failed = error;
    });
  }

  async next(): Promise<string> {
    await this.#until('a message', () => this.#messages.length > 0);
    return this.#messages.shift() as string;
  }

  async closed(): Promise<{ code: number; reason: string; error?: string }> {
    await this.#until('the end', () => this.#closed !== undefined);
    const status = this.#closed as { code: number; reason: string };
    return this.#failed === undefined ? status : { ...status, error: this.#failed.message };
  }

  #until(what: string, condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${what} did not come`)), DEADLINE);
      this.#look = () => {
        if (!condition() && this.#closed === undefined) return;
        clearTimeout(late);
        this.#look = () => {};
        if (condition()) resolve();
        else reject(new Error(`it was closed before ${what}: ${JSON.stringify(this.#closed)}`));
      };
      this.#look();
    });
  }
}

/**
 * The services that the protocol's own tests ask for (SockJS 0.3.3, "Base URL"), each with the
 * requests that go there.
 */
export interface Services {
  readonly port: number;
  readonly echo: SockJsRequests;
  /** It closes every session at once. */
  readonly close: SockJsRequests;
  /** Without WebSockets. */
  readonly withoutWebSocket: SockJsRequests;
  /** With `JSESSIONID`. */
  readonly withCookie: SockJsRequests;
  stop(): Promise<void>;
}

/** Origin of a page that may connect beside the services' own. */
export const PAGE = 'http://page.example';

/** Streams end after so many bytes, as the protocol's tests have it. */
export const RESPONSE_LIMIT = 4096;

export async function startServices(): Promise<Services> {
  const start = (sockjs: { websocket?: boolean; cookie?: boolean }) =>
    startGateway(
      {
        routes: ['/echo=echo:'],
        jsonp: true,
        origin: PAGE,
        sockjs: { ...sockjs, responseLimit: RESPONSE_LIMIT },
      },
      (gateway) => gateway.route('/close', (socket) => socket.close(3000, 'Go away!')),
    );
  const gateways = await Promise.all([start({}), start({ websocket: false }), start({ cookie: true })]);
  const [plain, withoutWebSocket, withCookie] = gateways;
  const at = ({ port }: { port: number }, path: string) =>
    new SockJsRequests(`http://127.0.0.1:${port}${path}`);
  const requests = {
    echo: at(plain, '/echo'),
    close: at(plain, '/close'),
    withoutWebSocket: at(withoutWebSocket, '/echo'),
    withCookie: at(withCookie, '/echo'),
  };
  return {
    port: plain.port,
    ...requests,
    async stop() {
      for (const each of Object.values(requests)) each.close();
      await Promise.all(gateways.map((gateway) => gateway.close()));
    },
  };
}
