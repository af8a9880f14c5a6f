import { EventEmitter } from 'node:events';
import type { FallbackClient } from './fallback-client.ts';

/**
 * One fallback session over polls, used like a socket: `send`, `close`, and the events `message`
 * and `close`. It sends short texts only; the real client is the shim.
 */
export class PollingSocket extends EventEmitter<{ message: [text: string]; close: [status: string] }> {
  readonly token: string;
  readonly #client: FallbackClient;
  readonly #path: string;
  #sent = 0;
  #received = 0;
  #attach = 0;
  /** Fragments of a message that has not come whole. */
  #begun = '';
  #isOver = false;

  private constructor(client: FallbackClient, path: string, token: string) {
    super();
    this.#client = client;
    this.#path = path;
    this.token = token;
    void this.#poll();
  }

  /** Rejects with the status and text of a refusal. `url` is path and query. */
  static async open(client: FallbackClient, url: string, changes = {}): Promise<PollingSocket> {
    const path = (url.split('?')[0] as string).replace(/\/+$/, '');
    return new PollingSocket(client, path, await client.create(path, { url, ...changes }));
  }

  async send(text: string): Promise<void> {
    await this.#client.post('send', this.token, `#${++this.#sent}␞T${text}␞`, this.#path);
  }

  async close(status = '1000'): Promise<void> {
    await this.#client.post('send', this.token, `#${++this.#sent}␞C${status}␞`, this.#path);
  }

  async #poll(): Promise<void> {
    while (!this.#isOver) {
      const wanted = `D${++this.#attach},${this.#received}␞`;
      const { body } = await this.#client.post('xhr-polling', this.token, wanted, this.#path);
      for (const frame of body.split('␞')) this.#take(frame);
    }
  }

  #take(frame: string): void {
    const type = frame[0];
    const payload = frame.slice(1);
    if (type === 'T' || type === 't') {
      this.#received++;
      this.#begun += payload;
      if (type === 't') return;
      const text = this.#begun;
      this.#begun = '';
      this.emit('message', text);
    } else if (type === 'C' || type === 'X' || type === 'E') {
      if (payload === 'r' || payload === 's' || this.#isOver) return;
      this.#isOver = true;
      this.emit('close', payload);
    }
  }
}
