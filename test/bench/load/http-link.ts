import { Link } from './link.ts';

/** What is reported of an answer. */
export interface Answer {
  /** A piece of the body, as soon as it is there. */
  body?(text: string): void;
  /** The whole answer has come. */
  end?(status: number): void;
}

const HEAD = 0;
const COUNTED = 1;
const CHUNK_SIZE = 2;
const CHUNK = 3;
const TRAILER = 4;

/**
 * An HTTP/1.1 client connection that does no more than a benchmark needs: one request at a time,
 * kept alive, text of one byte per character. What it does not expect (another status than 2xx, an
 * answer cut short) is an exception.
 */
export class HttpLink extends Link {
  #state = HEAD;
  #rest = '';
  /** Bytes left of the body or of the chunk. */
  #left = 0;
  #status = 0;
  #answer: Answer | undefined;
  /** Servers repeat themselves: the head that was understood last. */
  #knownHead = '';
  #knownLength = 0;
  #knownStatus = 0;

  #atRest: (() => void) | undefined;

  /** Resolves when no answer is due. */
  async answered(): Promise<void> {
    while (this.busy) {
      await new Promise<void>((resolve) => {
        this.#atRest = resolve;
      });
    }
  }

  /** An answer is awaited. */
  get busy(): boolean {
    return this.#answer !== undefined;
  }

  /**
   * `head` ends with the CR LF of its last header line; Content-Length is added when there is a
   * body.
   */
  request(head: string, body: string | undefined, answer: Answer): void {
    if (this.#answer !== undefined) throw new Error('a request is in flight already');
    this.#answer = answer;
    this.write(body === undefined ? `${head}\r\n` : `${head}Content-Length: ${body.length}\r\n\r\n${body}`);
  }

  override drop(): void {
    super.drop();
    this.#answer = undefined;
    this.#state = HEAD;
    this.#rest = '';
  }

  protected override disconnected(error: Error | undefined): void {
    if (this.#answer !== undefined) throw new Error(`connection lost: ${error?.message ?? 'closed'}`);
    this.#rest = '';
  }

  protected override received(data: Buffer): void {
    let text = data.toString('latin1');
    if (this.#rest !== '') {
      text = this.#rest + text;
      this.#rest = '';
    }
    let at = 0;
    while (at < text.length) {
      const next = this.#step(text, at);
      if (next < 0) {
        this.#rest = at === 0 ? text : text.slice(at);
        return;
      }
      at = next;
    }
  }

  /** Takes what it can from `at` on and answers where it stopped, or -1 if it needs more. */
  #step(text: string, at: number): number {
    switch (this.#state) {
      case HEAD:
        return this.#head(text, at);
      case COUNTED:
        return this.#counted(text, at);
      case CHUNK_SIZE:
        return this.#chunkSize(text, at);
      case CHUNK:
        return this.#chunk(text, at);
      default:
        if (text.length - at < 2) return -1;
        this.#finish();
        return at + 2;
    }
  }

  #head(text: string, at: number): number {
    const end = text.indexOf('\r\n\r\n', at);
    if (end < 0) return -1;
    if (this.#answer === undefined) throw new Error(`answer to no request: ${text.slice(at, end)}`);
    if (end - at !== this.#knownHead.length || !text.startsWith(this.#knownHead, at)) {
      this.#learn(text.slice(at, end));
    }
    this.#status = this.#knownStatus;
    this.#left = this.#knownLength;
    if (this.#left < 0) this.#state = CHUNK_SIZE;
    else if (this.#left === 0) this.#finish();
    else this.#state = COUNTED;
    return end + 4;
  }

  #learn(head: string): void {
    const status = Number.parseInt(head.slice(9, 12), 10);
    if (status < 200 || status > 299) throw new Error(`unexpected answer: ${head.split('\r\n')[0]}`);
    this.#knownHead = head;
    this.#knownStatus = status;
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    if (length !== null) this.#knownLength = Number(length[1]);
    else if (status === 204) this.#knownLength = 0;
    else if (/\r\ntransfer-encoding: *chunked/i.test(head)) this.#knownLength = -1;
    else throw new Error(`answer without length: ${head}`);
  }

  #counted(text: string, at: number): number {
    const end = Math.min(text.length, at + this.#left);
    this.#left -= end - at;
    this.#answer?.body?.(text.slice(at, end));
    if (this.#left === 0) this.#finish();
    return end;
  }

  #chunkSize(text: string, at: number): number {
    const end = text.indexOf('\r\n', at);
    if (end < 0) return -1;
    this.#left = Number.parseInt(text.slice(at, end), 16);
    this.#state = this.#left === 0 ? TRAILER : CHUNK;
    return end + 2;
  }

  /** A chunk is reported when it is whole: servers write messages in chunks, and most are short. */
  #chunk(text: string, at: number): number {
    const end = at + this.#left;
    if (text.length < end + 2) return -1;
    this.#state = CHUNK_SIZE;
    this.#answer?.body?.(text.slice(at, end));
    return end + 2;
  }

  #finish(): void {
    const answer = this.#answer;
    this.#answer = undefined;
    this.#state = HEAD;
    answer?.end?.(this.#status);
    this.#atRest?.();
  }
}
