import { type Token, type TokenHandler, Tokenizer, TokenizerMode } from 'parse5';
import { hidesScript, RevealedConditionals } from './conditional-comments.ts';
import { isAsciiCompatible, metaCharset, wideEncodingOf } from './encodings.ts';
import type { NoTagReason } from './no-tag.ts';

/** Bytes of a body that are looked at: the tag goes there or nowhere. */
export const SCAN_LIMIT = 16 * 1024;

/** ISO-2022 encodings change what the bytes mean by it (RFC 1468). */
const ESC = 0x1b;

const WHITESPACE: readonly number[] = [0x09, 0x0a, 0x0c, 0x0d, 0x20];

/** Where the tag goes, as an offset in bytes, and what was seen before it. */
export interface TagPlace {
  readonly offset: number;
  /** What the tag stands before: a tag, or words for people. */
  readonly before: string;
  /** Policies of `meta` elements before it, which hold for the tag (CSP Level 3 §3.3). */
  readonly policies: readonly string[];
}

export type ScanResult = TagPlace | { readonly noTag: NoTagReason };

export interface ScanSettings {
  /** `application/xhtml+xml`: the browser reads it as XML. */
  readonly isXml?: boolean;
  /** Named by `Content-Type`, in lower case: it wins over `meta`. */
  readonly charset?: string | undefined;
}

/**
 * Elements that a head may hold and that the tag may stand behind. Any other one begins the body.
 */
const HEAD_ELEMENTS: Readonly<Record<string, 'plain' | 'rcdata' | 'rawtext'>> = {
  html: 'plain',
  head: 'plain',
  meta: 'plain',
  link: 'plain',
  base: 'plain',
  basefont: 'plain',
  bgsound: 'plain',
  title: 'rcdata',
  style: 'rawtext',
  noframes: 'rawtext',
  // Where scripts run, which is where the tag matters, its content is text (HTML §13.2.6.4.4).
  noscript: 'rawtext',
};

/**
 * Reads the beginning of a document and finds the place for the tag: before whatever comes first of
 * a script, a conditional comment with one, the end of the head, and the body. Not behind `<head>`
 * at once: IE obeys `X-UA-Compatible` only ahead of elements other than `title` and `meta`
 * ("Specifying legacy document modes", MSDN), so an earlier script would change the document mode.
 *
 * Bytes are read as Latin-1: in every encoding that is not left alone, an ASCII character that HTML
 * gives a meaning to has its own byte, and that byte has no other meaning there. The result does
 * not depend on how the body is cut.
 */
export class DocumentScan implements TokenHandler {
  readonly #settings: ScanSettings;
  readonly #tokenizer: Tokenizer;
  readonly #conditionals = new RevealedConditionals();
  readonly #policies: string[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  /** Bytes of a byte order mark, which the tokenizer does not see. */
  #mark: number | undefined;
  #isDocument = false;
  #hasRoot = false;
  #afterDoctype = 0;
  /** Where the last tag, comment or doctype ends. */
  #behind = 0;
  /** Where the tag may stand if nothing else decides: behind the last whole element of the head. */
  #safe = 0;
  #rawElement: string | undefined;
  #result: ScanResult | undefined;

  constructor(settings: ScanSettings = {}) {
    this.#settings = settings;
    this.#tokenizer = new Tokenizer({ sourceCodeLocationInfo: true }, this);
  }

  /** Takes the next bytes. Undefined: more of them are needed. */
  write(chunk: Buffer): ScanResult | undefined {
    if (this.#result !== undefined) return this.#result;
    const before = this.#bytes.length;
    const taken = chunk.subarray(0, SCAN_LIMIT - before);
    this.#bytes = before === 0 ? taken : Buffer.concat([this.#bytes, taken]);
    if (this.#mark === undefined) {
      if (this.#bytes.length < 4) return undefined;
      this.#begin();
    } else {
      this.#feed(taken);
    }
    return this.#bytes.length >= SCAN_LIMIT ? this.end() : this.#result;
  }

  /** No more bytes come, or none in time. */
  end(): ScanResult {
    if (this.#mark === undefined) this.#begin();
    if (this.#result === undefined) {
      if (!this.#isDocument) this.#refuse('no-document');
      else if (!this.#hasRoot) this.#refuse('no-root');
      else this.#place(this.#safe, 'what comes later');
    }
    return this.#result as unknown as ScanResult;
  }

  #begin(): void {
    this.#mark = hasUtf8Mark(this.#bytes) ? 3 : 0;
    if (wideEncodingOf(this.#bytes) !== undefined) this.#refuse('encoding');
    else this.#feed(this.#bytes.subarray(this.#mark));
  }

  #feed(bytes: Buffer): void {
    if (this.#result !== undefined) return;
    this.#tokenizer.write(bytes.toString('latin1'), false);
    // Otherwise text at the end of a chunk would be seen with the next chunk only.
    if (this.#result === undefined) this.#tokenizer.flushCharacters();
  }

  #refuse(noTag: NoTagReason): void {
    this.#decide({ noTag });
  }

  #place(offset: number, before: string): void {
    if (this.#result !== undefined) return;
    const revealed = this.#conditionals.start;
    const place = revealed !== undefined && revealed >= this.#afterDoctype ? revealed : offset;
    const at = place + (this.#mark as number);
    if (this.#bytes.subarray(0, at).includes(ESC)) {
      this.#refuse('encoding');
      return;
    }
    this.#decide({ offset: at, before, policies: this.#policies });
  }

  #decide(result: ScanResult): void {
    if (this.#result !== undefined) return;
    this.#result = result;
    this.#tokenizer.pause();
  }

  onDoctype({ location }: Token.DoctypeToken): void {
    const { startOffset, endOffset } = location as Token.Location;
    if (this.#settings.isXml && this.#text(startOffset, endOffset).includes('[')) {
      this.#refuse('subset');
      return;
    }
    this.#isDocument = true;
    this.#afterDoctype = endOffset;
    this.#behind = endOffset;
    this.#safe = endOffset;
  }

  onComment({ data, location }: Token.CommentToken): void {
    const { startOffset, endOffset } = location as Token.Location;
    if (this.#isDocument && hidesScript(data)) {
      this.#place(startOffset, 'a conditional comment');
      return;
    }
    this.#conditionals.add(data, startOffset);
    this.#behind = endOffset;
    this.#safe = endOffset;
  }

  onStartTag(token: Token.TagToken): void {
    const { startOffset, endOffset } = token.location as Token.Location;
    const name = token.tagName;
    if (!this.#isDocument && name !== 'html' && name !== 'head') {
      this.#refuse('no-document');
      return;
    }
    this.#isDocument = true;
    const kind = Object.hasOwn(HEAD_ELEMENTS, name) ? HEAD_ELEMENTS[name] : undefined;
    if (kind === undefined || (name === 'base' && leadsAway(token))) {
      this.#place(startOffset, `<${name}>`);
      return;
    }
    if (name === 'html' || name === 'head') this.#hasRoot = true;
    if (name === 'meta') this.#readMeta(token);
    this.#behind = endOffset;
    if (kind === 'plain' || (this.#settings.isXml && token.selfClosing)) {
      this.#safe = endOffset;
      return;
    }
    this.#rawElement = name;
    this.#tokenizer.state = kind === 'rcdata' ? TokenizerMode.RCDATA : TokenizerMode.RAWTEXT;
  }

  onEndTag({ tagName, location }: Token.TagToken): void {
    const { startOffset, endOffset } = location as Token.Location;
    if (!this.#isDocument) {
      this.#refuse('no-document');
      return;
    }
    this.#behind = endOffset;
    if (tagName === this.#rawElement) {
      this.#rawElement = undefined;
      this.#safe = endOffset;
    } else if (/^(head|body|html|br|p)$/.test(tagName)) {
      this.#place(startOffset, `</${tagName}>`);
    }
  }

  /**
   * The location of text is not used: where whitespace comes before a character reference, it is in
   * the middle of the reference.
   */
  onCharacter(): void {
    if (this.#rawElement !== undefined) return;
    if (this.#isDocument) this.#place(this.#textStart(), 'text');
    else this.#refuse('no-document');
  }

  onNullCharacter(): void {
    this.onCharacter();
  }

  onWhitespaceCharacter(): void {}

  onEof(): void {}

  #readMeta(token: Token.TagToken): void {
    const attributes = new Map(token.attrs.map(({ name, value }) => [name, value]));
    const charset = this.#settings.charset === undefined ? metaCharset(attributes) : undefined;
    if (charset !== undefined && !isAsciiCompatible(charset)) {
      this.#refuse('encoding');
      return;
    }
    const isPolicy = attributes.get('http-equiv')?.trim().toLowerCase() === 'content-security-policy';
    if (isPolicy) this.#policies.push(attributes.get('content') ?? '');
  }

  /** The first byte behind the last tag that is no whitespace (Infra, ASCII whitespace). */
  #textStart(): number {
    const mark = this.#mark as number;
    let at = this.#behind + mark;
    while (WHITESPACE.includes(this.#bytes[at] as number)) at++;
    return at - mark;
  }

  /** Offsets of tokens begin behind the byte order mark. */
  #text(from: number, to: number): string {
    const mark = this.#mark as number;
    return this.#bytes.toString('latin1', from + mark, to + mark);
  }
}

/** Behind such a `base` the address of the shim, which has no host, would be another server's. */
function leadsAway(base: Token.TagToken): boolean {
  const href = base.attrs.find(({ name }) => name === 'href')?.value.trim() ?? '';
  return /^([a-z][a-z0-9+.-]*:|[\\/]{2})/i.test(href);
}

function hasUtf8Mark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
