import { type Network, request } from './network.ts';

/** The page's EventSource. https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function eventSourceConstructor(
  network: Network,
): new (
  url: string,
  init?: { withCredentials?: boolean },
) => object {
  return class EventSource {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSED = 2;
    readonly url: string;
    readonly withCredentials: boolean;
    readyState = 0;
    onopen: unknown = null;
    onmessage: unknown = null;
    onerror: unknown = null;
    #abort: () => void = () => {};
    #retry = 3000;
    #lastId = '';

    constructor(url: string, init?: { withCredentials?: boolean }) {
      this.url = new URL(url, network.page).href;
      this.withCredentials = init?.withCredentials ?? false;
      this.#connect();
    }

    close(): void {
      this.readyState = 2;
      this.#abort();
    }

    #connect(): void {
      const headers = new Map([['Accept', 'text/event-stream']]);
      if (this.#lastId !== '') headers.set('Last-Event-ID', this.#lastId);
      const { withCredentials } = this;
      const read = reader((data, id, retry) => {
        if (id !== undefined) this.#lastId = id;
        if (retry !== undefined) this.#retry = retry;
        if (data !== undefined && this.readyState === 1) {
          network.call(this.onmessage, this, {
            type: 'message',
            data,
            lastEventId: this.#lastId,
            target: this,
          });
        }
      });
      const requested = { method: 'GET', url: new URL(this.url), headers, body: undefined, withCredentials };
      this.#abort = request(network, requested, {
        head: (answer) => {
          const events = /^text\/event-stream\b/.test(answer.headers['content-type'] ?? '');
          if (answer.statusCode !== 200 || !events) {
            this.close();
            network.call(this.onerror, this, { type: 'error', target: this });
            return;
          }
          this.readyState = 1;
          network.call(this.onopen, this, { type: 'open', target: this });
        },
        data: read,
        end: () => this.#reconnect(),
        fail: () => this.#reconnect(),
      });
    }

    #reconnect(): void {
      if (this.readyState === 2) return;
      this.readyState = 0;
      const timer = setTimeout(() => this.#connect(), this.#retry);
      const untrack = network.track(() => clearTimeout(timer));
      this.#abort = () => {
        clearTimeout(timer);
        untrack();
      };
      network.call(this.onerror, this, { type: 'error', target: this });
    }
  };
}

/** Takes events out of a stream. An event that the stream's end cuts is never dispatched. */
function reader(
  tell: (data: string | undefined, id: string | undefined, retry: number | undefined) => void,
): (chunk: Buffer) => void {
  const text = new TextDecoder();
  let rest = '';
  let data: string | undefined;
  let id: string | undefined;
  let retry: number | undefined;
  return (chunk) => {
    rest += text.decode(chunk, { stream: true });
    // A CR at the very end may be half of a CR LF.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() as string;
    for (const line of lines) {
      if (line === '') {
        tell(data, id, retry);
        data = id = retry = undefined;
        continue;
      }
      const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) as RegExpExecArray;
      if (field === 'data') data = data === undefined ? value : `${data}\n${value}`;
      else if (field === 'id') id = value;
      else if (field === 'retry' && /^\d+$/.test(value)) retry = Number(value);
    }
  };
}
