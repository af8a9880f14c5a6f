/** Longest request line that is looked at, in bytes: that of a whole head on the fast path. */
const LONGEST = 16_384;
const LF = 0x0a;
const HIGHEST = 0x7f;

/**
 * The bytes of a request with its request line in ASCII: each byte above that becomes its escape
 * (RFC 3986 §2.1). Internet Explorer sends what stands in a link's query as it is, in the encoding
 * of the page, and Node's parser would refuse it. Undefined where there is nothing to escape.
 */
export function withEscapedTarget(bytes: Buffer): Buffer | undefined {
  const end = bytes.subarray(0, LONGEST).indexOf(LF);
  if (end < 0) return undefined;
  const line = bytes.subarray(0, end);
  if (!line.some((byte) => byte > HIGHEST)) return undefined;
  const text = line.toString('latin1');
  // What is not HTTP stays as it is.
  if (!/^[A-Z]+ \//.test(text)) return undefined;
  const escaped = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is not ASCII
    .replaceAll(/[^\x00-\x7f]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
  return Buffer.concat([Buffer.from(escaped, 'latin1'), bytes.subarray(end)]);
}
