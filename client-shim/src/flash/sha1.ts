/**
 * SHA-1 of ASCII text as 20 bytes (RFC 3174), for `Sec-WebSocket-Accept`; engines that need Flash
 * have none of their own.
 */
export function sha1(text: string): number[] {
  const words = padded(text);
  const state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0];
  for (let at = 0; at < words.length; at += 16) digestBlock(state, words.slice(at, at + 16));
  const bytes: number[] = [];
  for (let at = 0; at < 20; at += 1) bytes.push(((state[at >> 2] as number) >>> (24 - 8 * (at & 3))) & 255);
  return bytes;
}

/** §4: the message, a one bit, zeros, and the message's length in bits. */
function padded(text: string): number[] {
  const words: number[] = [];
  const count = ((text.length + 8) >> 6) * 16 + 16;
  for (let at = 0; at < count; at += 1) words.push(0);
  for (let at = 0; at <= text.length; at += 1) {
    const unit = at < text.length ? text.charCodeAt(at) : 0x80;
    words[at >> 2] = (words[at >> 2] as number) | (unit << (24 - 8 * (at & 3)));
  }
  words[count - 1] = text.length * 8;
  return words;
}

/** §6.1 for one block of 16 words; `w` grows to 80. */
function digestBlock(state: number[], w: number[]): void {
  let [a, b, c, d, e] = state as [number, number, number, number, number];
  for (let t = 0; t < 80; t += 1) {
    if (t > 15)
      w.push(
        rotate((w[t - 3] as number) ^ (w[t - 8] as number) ^ (w[t - 14] as number) ^ (w[t - 16] as number), 1)
      );
    const mixed =
      t < 20
        ? ((b & c) | (~b & d)) + 0x5a827999
        : t < 40
          ? (b ^ c ^ d) + 0x6ed9eba1
          : t < 60
            ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
            : (b ^ c ^ d) + 0xca62c1d6;
    const next = (rotate(a, 5) + mixed + e + (w[t] as number)) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  const added = [a, b, c, d, e];
  for (let i = 0; i < 5; i += 1) state[i] = ((state[i] as number) + (added[i] as number)) | 0;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
