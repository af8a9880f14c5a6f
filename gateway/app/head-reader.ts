import { hidesScript, RevealedConditionals } from './conditional-comments.ts';
import { isAsciiCompatible, metaCharset } from './encodings.ts';
import type { NoTagReason } from './no-tag.ts';

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

/** An attribute, as the tokenizer of parse5 has it. */
export interface Attribute {
  readonly name: string;
  readonly value: string;
}

/** Gets the tags, comments and doctypes of a page with their places. False: no more are wanted. */
export interface TagHandler {
  doctype(start: number, end: number): boolean;
  comment(data: string, start: number, end: number): boolean;
  startTag(name: string, attributes: readonly Attribute[], start: number, end: number): boolean;
  endTag(name: string, start: number, end: number): boolean;
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
 * Finds the place for the tag: before whatever comes first of a script, a conditional comment with
 * one, the end of the head, and the body. Not behind `<head>` at once: IE obeys `X-UA-Compatible`
 * only ahead of elements other than `title` and `meta` ("Specifying legacy document modes", MSDN),
 * so an earlier script would change the document mode. All offsets are in bytes of the body.
 */
export class HeadReader implements TagHandler {
  /** All that has come of the body so far. */
  bytes: Buffer = Buffer.alloc(0);
  readonly #settings: ScanSettings;
  readonly #conditionals = new RevealedConditionals();
  readonly #policies: string[] = [];
  #isDocument = false;
  #hasRoot = false;
  /** Where the last of doctype, `<html>` and `<head>` ends; before it the tag begins a head. */
  #afterRoot = 0;
  /** Where the tag may stand if nothing else decides: behind the last whole element of the head. */
  #safe = 0;
  #rawElement: string | undefined;
  #result: ScanResult | undefined;

  constructor(settings: ScanSettings) {
    this.#settings = settings;
  }

  get result(): ScanResult | undefined {
    return this.#result;
  }

  /** How the content of the element that has just begun is read, until its end tag comes. */
  get content(): 'plain' | 'rcdata' | 'rawtext' {
    return HEAD_ELEMENTS[this.#rawElement ?? 'html'] ?? 'plain';
  }

  refuse(noTag: NoTagReason): boolean {
    this.#result ??= { noTag };
    return false;
  }

  /** No more of the body comes, or none in time. */
  end(): ScanResult {
    if (!this.#isDocument) this.refuse('no-document');
    else if (!this.#hasRoot) this.refuse('no-root');
    else this.#place(this.#safe, 'what comes later');
    return this.#result as ScanResult;
  }

  doctype(start: number, end: number): boolean {
    if (this.#settings.isXml && this.bytes.subarray(start, end).includes('[')) return this.refuse('subset');
    this.#isDocument = true;
    this.#afterRoot = end;
    this.#safe = end;
    return true;
  }

  comment(data: string, start: number, end: number): boolean {
    if (this.#isDocument && hidesScript(data)) return this.#place(start, 'a conditional comment');
    this.#conditionals.add(data, start);
    this.#safe = end;
    return true;
  }

  startTag(name: string, attributes: readonly Attribute[], start: number, end: number): boolean {
    if (!this.#isDocument && name !== 'html' && name !== 'head') return this.refuse('no-document');
    this.#isDocument = true;
    const kind = Object.hasOwn(HEAD_ELEMENTS, name) ? HEAD_ELEMENTS[name] : undefined;
    if (kind === undefined || (name === 'base' && leadsAway(attributes)))
      return this.#place(start, `<${name}>`);
    if (name === 'html' || name === 'head') {
      this.#hasRoot = true;
      this.#afterRoot = end;
    }
    if (kind === 'plain') this.#safe = end;
    else this.#rawElement = name;
    return name === 'meta' ? this.#readMeta(attributes) : true;
  }

  endTag(name: string, start: number, end: number): boolean {
    if (!this.#isDocument) return this.refuse('no-document');
    if (name === this.#rawElement) {
      this.#rawElement = undefined;
      this.#safe = end;
    } else if (/^(head|body|html|br)$/.test(name)) return this.#place(start, `</${name}>`);
    return true;
  }

  /** Text that is not white space. */
  text(): boolean {
    if (this.#rawElement !== undefined) return true;
    return this.#isDocument ? this.#place(this.#textStart(), 'text') : this.refuse('no-document');
  }

  #readMeta(attributes: readonly Attribute[]): boolean {
    const values = new Map(attributes.map(({ name, value }) => [name, value]));
    const charset = this.#settings.charset === undefined ? metaCharset(values) : undefined;
    if (charset !== undefined && !isAsciiCompatible(charset)) return this.refuse('encoding');
    const isPolicy = values.get('http-equiv')?.trim().toLowerCase() === 'content-security-policy';
    if (isPolicy) this.#policies.push(values.get('content') ?? '');
    return true;
  }

  #place(offset: number, before: string): boolean {
    const revealed = this.#conditionals.start;
    const at = revealed !== undefined && revealed >= this.#afterRoot ? revealed : offset;
    if (this.bytes.subarray(0, at).includes(ESC)) return this.refuse('encoding');
    this.#result ??= { offset: at, before, policies: this.#policies };
    return false;
  }

  /** The first byte behind the head's last element that is no white space (HTML §13.2.6.4.4). */
  #textStart(): number {
    let at = this.#safe;
    while (WHITESPACE.includes(this.bytes[at] as number)) at++;
    return at;
  }
}

/** Behind such a `base` the address of the shim, which has no host, would be another server's. */
function leadsAway(base: readonly Attribute[]): boolean {
  const href = base.find(({ name }) => name === 'href')?.value.trim() ?? '';
  return /^([a-z][a-z0-9+.-]*:|[\\/]{2})/i.test(href);
}
