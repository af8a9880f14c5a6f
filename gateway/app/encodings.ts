/**
 * Labels of encodings in which an ASCII byte may be a part of another character (WHATWG Encoding
 * §4.2, and encodings that only old browsers know). A page in one of them is left alone.
 */
const NOT_ASCII =
  /^(unicode|utf-?(7|16|32)|ucs-?[24]|iso-?10646|csiso2022|iso-2022-|hz-gb-2312|.*ebcdic|ibm037)/;

/** Whether ASCII characters have bytes of their own, which mean nothing else in the encoding. */
export function isAsciiCompatible(label: string): boolean {
  return !NOT_ASCII.test(label.trim().toLowerCase());
}

/** UTF-16 or UTF-32 by its byte order mark, or by the zero bytes of an ASCII character. */
export function wideEncodingOf(bytes: Buffer): 'utf-16' | undefined {
  const [first, second] = bytes;
  if (bytes.length < 2) return undefined;
  const hasMark = (first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe);
  return hasMark || first === 0 || second === 0 ? 'utf-16' : undefined;
}

/** `charset` of a media type, in lower case. */
export function charsetOf(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*["']?([^\s"';]+)/i.exec(contentType)?.[1]?.toLowerCase();
}

/** The encoding that a `meta` element declares (HTML §4.2.5.4). */
export function metaCharset(attributes: ReadonlyMap<string, string>): string | undefined {
  const declared =
    attributes.get('charset') ??
    (attributes.get('http-equiv')?.trim().toLowerCase() === 'content-type'
      ? charsetOf(attributes.get('content') ?? '')
      : undefined);
  const label = declared?.trim().toLowerCase();
  // A meta element that can be read is not in UTF-16: the standard takes UTF-8 instead.
  return label?.startsWith('utf-16') ? 'utf-8' : label;
}
