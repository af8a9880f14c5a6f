import { type FastHead, isLength, readFastHead } from './fast-head.ts';

/** Heads that are kept at most. */
const MOST = 512;
/** Characters of a head that is kept. Browsers send 600 to 1,500, with the cookies. */
const LONGEST = 2_048;

/** Browsers write the name as in the first, some proxies as in the second. */
const LENGTH_FIELDS = ['\r\nContent-Length: ', '\r\ncontent-length: '] as const;

interface Known {
  readonly head: FastHead;
  readonly digits: string;
  /** Where `rawHeaders` has the digits. */
  readonly at: number;
}

/**
 * Heads with a body that were read lately. A page sends the same head with each message, but for
 * the digits of `Content-Length`. Reading one takes several times as long as finding it here. Every
 * other character has to be the same, so what is found is what `readFastHead` would read.
 */
export class RecentHeads {
  #young = new Map<string, Known>();
  #old = new Map<string, Known>();

  /** As `readFastHead`. */
  readonly read = (text: string): FastHead | undefined => {
    if (text.length > LONGEST) return readFastHead(text);
    const start = startOfLength(text);
    if (start < 0) return readFastHead(text);
    const lineEnd = text.indexOf('\r\n', start);
    const end = lineEnd < 0 ? text.length : lineEnd;
    const digits = text.slice(start, end);
    const key = text.slice(0, start) + text.slice(end);
    const known = this.#find(key);
    if (known === undefined) return this.#learn(key, text, digits);
    if (known.digits === digits) return known.head;
    return isLength(digits) ? withLength(known, digits) : undefined;
  };

  #find(key: string): Known | undefined {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    const old = this.#old.get(key);
    if (old !== undefined) this.#keep(key, old);
    return old;
  }

  #learn(key: string, text: string, digits: string): FastHead | undefined {
    const head = readFastHead(text);
    if (head === undefined) return undefined;
    const at = 1 + head.rawHeaders.findIndex((name, index) => index % 2 === 0 && LENGTH_NAME.test(name));
    this.#keep(key, { head, digits, at });
    return head;
  }

  /** Half of the room is for those that were used last. */
  #keep(key: string, known: Known): void {
    if (this.#young.size >= MOST / 2) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, known);
  }
}

const LENGTH_NAME = /^content-length$/i;

/** Where the value of the length begins; −1 if the head has none, or has it in another form. */
function startOfLength(text: string): number {
  for (const field of LENGTH_FIELDS) {
    const at = text.indexOf(field);
    if (at >= 0) return at + field.length;
  }
  return -1;
}

function withLength({ head, at }: Known, digits: string): FastHead {
  return { ...head, rawHeaders: head.rawHeaders.with(at, digits), length: Number(digits) };
}
