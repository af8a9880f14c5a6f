const AMPERSAND = 0x26;
const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;

const EMPTY = Buffer.alloc(0);

/** Fields of a form that are looked at. Clients of SockJS send one. */
const MAX_FIELDS = 64;

/**
 * The value of a field of an `application/x-www-form-urlencoded` body, empty if there is no such
 * field (WHATWG URL, "application/x-www-form-urlencoded parsing"). It is decoded a part at a time
 * and in place: it is never longer than its escapes. Other fields are passed over undecoded, so the
 * work is linear in the bytes with a small constant.
 */
export class FormField {
  readonly #bytes: Buffer;
  /** Where the next byte is read from, and written to. */
  #at = 0;
  #to = 0;

  /** `form` belongs to the field from now on. `name` is ASCII that forms leave as it is. */
  constructor(form: Buffer, name: string) {
    this.#bytes = findField(form, name);
  }

  /** Decodes so many bytes. Returns the value once it is complete. */
  decode(bytes = this.#bytes.length): Buffer | undefined {
    const value = this.#bytes;
    const end = Math.min(this.#at + bytes, value.length);
    let to = this.#to;
    let at = this.#at;
    for (; at < end; at++) {
      let byte = value[at] as number;
      if (byte === PLUS) byte = SPACE;
      else if (byte === PERCENT) {
        const code = at + 2 < value.length ? hexValue(value[at + 1]) * 16 + hexValue(value[at + 2]) : -1;
        if (code >= 0) {
          byte = code;
          at += 2;
        }
      }
      value[to++] = byte;
    }
    this.#at = at;
    this.#to = to;
    return at >= value.length ? value.subarray(0, to) : undefined;
  }
}

function findField(form: Buffer, name: string): Buffer {
  let start = 0;
  for (let fields = 0; fields < MAX_FIELDS && start <= form.length; fields++) {
    const mark = form.indexOf(AMPERSAND, start);
    const end = mark < 0 ? form.length : mark;
    const valueAt = start + name.length + 1;
    const head = form.toString('latin1', start, Math.min(valueAt, end));
    if (head === `${name}=`) return form.subarray(valueAt, end);
    // A name alone has an empty value.
    if (head === name) return EMPTY;
    start = end + 1;
  }
  return EMPTY;
}

/** What a hexadecimal digit stands for; far below zero for anything else. */
function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1024;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1024;
}
