import { type Network, request } from './network.ts';

/** Bytes of an answer before its progress is reported. */
const PRELUDE = 2048;

/**
 * XDomainRequest, as IE8 and IE9 have it (Microsoft, "XDomainRequest – Restrictions, Limitations
 * and Workarounds", "XDomainRequest object", "COMET Streaming in Internet Explorer";
 * sockjs-client#391 for what IE9 aborts). It is no proof that any real one works.
 */
export function xDomainRequestConstructor(network: Network): new () => object {
  return class XDomainRequest {
    onload: unknown = null;
    onerror: unknown = null;
    onprogress: unknown = null;
    ontimeout: unknown = null;
    timeout = 0;
    contentType = '';
    responseText = '';
    #url: URL | undefined;
    #isPost = false;
    #fresh = false;
    #over = false;
    #abort: () => void = () => {};

    open(method: string, url: string): void {
      const target = new URL(url, network.page);
      if (!/^(GET|POST)$/i.test(method)) throw new Error('Invalid argument.');
      // Also for https in a page of http: the scheme must be the page's.
      if (target.protocol !== network.page.protocol) throw new Error('Access is denied.');
      this.#url = target;
      this.#isPost = /^POST$/i.test(method);
      this.#fresh = true;
      setImmediate(() => {
        this.#fresh = false;
      });
    }

    send(body: unknown = ''): void {
      if (this.#url === undefined) throw new Error('Unspecified error.');
      if (typeof body !== 'string') throw new Error('Type mismatch.');
      // IE9 aborts what is sent in the task that opened it, or lacks a handler, and says nothing.
      const handlers = [this.onload, this.onerror, this.onprogress, this.ontimeout];
      if (this.#fresh || handlers.some((handler) => typeof handler !== 'function')) return;
      const text = new TextDecoder();
      // A request to the page's own origin is treated as one to any other: it says Origin, and
      // never brings a cookie.
      const cross = this.#url.origin !== network.page.origin;
      const requested = {
        method: this.#isPost ? 'POST' : 'GET',
        url: this.#url,
        headers: new Map(cross ? [] : [['Origin', network.page.origin]]),
        body: this.#isPost ? Buffer.from(body.split('\0', 1)[0] as string) : undefined,
        withCredentials: false,
      };
      this.#abort = request({ ...network, cookie: undefined }, requested, {
        head: (answer) => {
          const allowed = answer.headers['access-control-allow-origin'];
          if (answer.statusCode !== 200 || (allowed !== '*' && allowed !== network.page.origin)) {
            this.#abort();
            this.#end(this.onerror);
            return;
          }
          this.contentType = String(answer.headers['content-type'] ?? '');
        },
        data: (chunk) => {
          this.responseText += text.decode(chunk, { stream: true });
          if (this.responseText.length >= PRELUDE) network.call(this.onprogress, this);
        },
        end: () => this.#end(this.onload),
        fail: () => this.#end(this.onerror),
      });
    }

    abort(): void {
      this.#over = true;
      this.#abort();
    }

    #end(handler: unknown): void {
      if (this.#over) return;
      this.#over = true;
      network.call(handler, this);
    }
  };
}
