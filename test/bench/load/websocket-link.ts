import { Link } from './link.ts';

const MASK = [0x37, 0xfa, 0x21, 0x3d] as const;

/**
 * A WebSocket client connection (RFC 6455) for text of one byte per character, unfragmented;
 * control frames are passed over.
 */
export class WebSocketLink extends Link {
  #open = false;
  #rest: Buffer | undefined;
  readonly #opened: () => void;
  readonly #message: (text: string) => void;
  /** The message sent last and its frame: a benchmark repeats itself. */
  #lastText = '';
  #lastFrame: Buffer = Buffer.alloc(0);

  /** `head` is the request line and headers, all ended by CR LF, without those of the handshake. */
  constructor(port: number, head: string, opened: () => void, message: (text: string) => void) {
    super(port);
    this.#opened = opened;
    this.#message = message;
    this.write(
      `${head}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
  }

  send(text: string): void {
    if (text !== this.#lastText) {
      this.#lastText = text;
      this.#lastFrame = frame(text);
    }
    this.write(this.#lastFrame);
  }

  protected override disconnected(error: Error | undefined): void {
    throw new Error(`WebSocket lost: ${error?.message ?? 'closed'}`);
  }

  protected override received(data: Buffer): void {
    const all = this.#rest === undefined ? data : Buffer.concat([this.#rest, data]);
    let at = this.#open ? 0 : this.#handshake(all);
    if (at >= 0 && this.#open) at = this.#frames(all, at);
    // `data` is overwritten by the next read, so what is left is copied.
    this.#rest = at === all.length ? undefined : Buffer.from(all.subarray(Math.max(at, 0)));
  }

  #handshake(data: Buffer): number {
    const end = data.indexOf('\r\n\r\n');
    if (end < 0) return -1;
    const status = data.toString('latin1', 9, 12);
    if (status !== '101') throw new Error(`handshake refused: ${status}`);
    this.#open = true;
    this.#opened();
    return end + 4;
  }

  #frames(data: Buffer, from: number): number {
    let at = from;
    while (data.length - at >= 2) {
      let length = (data[at + 1] as number) & 0x7f;
      let payload = at + 2;
      if (length === 126) {
        if (data.length < at + 4) return at;
        length = data.readUInt16BE(at + 2);
        payload = at + 4;
      } else if (length === 127) {
        if (data.length < at + 10) return at;
        length = data.readUInt32BE(at + 6);
        payload = at + 10;
      }
      if (data.length < payload + length) return at;
      const opcode = (data[at] as number) & 0x0f;
      at = payload + length;
      if (opcode === 1) this.#message(data.toString('latin1', payload, at));
      else if (opcode === 8) throw new Error('WebSocket closed');
    }
    return at;
  }
}

function frame(text: string): Buffer {
  const { length } = text;
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const bytes = Buffer.alloc(header + 4 + length);
  bytes[0] = 0x81;
  if (header === 2) bytes[1] = 0x80 | length;
  else if (header === 4) {
    bytes[1] = 0xfe;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 0xff;
    bytes.writeUInt32BE(length, 6);
  }
  bytes.set(MASK, header);
  bytes.write(text, header + 4, 'latin1');
  for (let i = 0; i < length; i++) {
    bytes[header + 4 + i] = (bytes[header + 4 + i] as number) ^ (MASK[i & 3] as number);
  }
  return bytes;
}
