import { type Token, type TokenHandler, Tokenizer, TokenizerMode } from 'parse5';
import { wideEncodingOf } from './encodings.ts';
import { HeadReader, type ScanResult, type ScanSettings } from './head-reader.ts';
import { readPlainTokens } from './plain-tokens.ts';

/** Bytes of a body that are looked at: the tag goes there or nowhere. */
export const SCAN_LIMIT = 16 * 1024;

/**
 * Reads the beginning of a body for `HeadReader`, with the tokenizer of parse5 from the first
 * markup on that is not plain.
 *
 * Bytes are read as Latin-1: in every encoding that is not left alone, an ASCII character that HTML
 * gives a meaning to has its own byte, and that byte has no other meaning there. The result does
 * not depend on how the body is cut.
 */
export class DocumentScan {
  readonly #settings: ScanSettings;
  readonly #head: HeadReader;
  #tokenizer: Tokenizer | undefined;

  constructor(settings: ScanSettings = {}) {
    this.#settings = settings;
    this.#head = new HeadReader(settings);
  }

  /** Takes the next bytes. Undefined: more of them are needed. */
  write(chunk: Buffer): ScanResult | undefined {
    const head = this.#head;
    if (head.result !== undefined) return head.result;
    const before = head.bytes.length;
    const taken = chunk.subarray(0, SCAN_LIMIT - before);
    head.bytes = before === 0 ? taken : Buffer.concat([head.bytes, taken]);
    if (this.#tokenizer !== undefined) feed(this.#tokenizer, taken, head);
    else if (head.bytes.length < LONGEST_MARK) return undefined;
    else this.#begin();
    return head.bytes.length >= SCAN_LIMIT ? this.end() : head.result;
  }

  /** No more bytes come, or none in time. */
  end(): ScanResult {
    if (this.#tokenizer === undefined && this.#head.result === undefined) this.#begin();
    return this.#head.result ?? this.#head.end();
  }

  #begin(): void {
    const head = this.#head;
    const { bytes } = head;
    if (wideEncodingOf(bytes) !== undefined) {
      head.refuse('encoding');
      return;
    }
    let start = hasUtf8Mark(bytes) ? 3 : 0;
    // In XML an empty element may end at once, and white space is other white space.
    if (!this.#settings.isXml) start = readPlainTokens(bytes.toString('latin1'), start, head);
    if (head.result !== undefined) return;
    this.#tokenizer = tokenizerFor(head, start, this.#settings.isXml === true);
    feed(this.#tokenizer, bytes.subarray(start), head);
  }
}

/** Bytes by which an encoding may be known. */
const LONGEST_MARK = 4;

function feed(tokenizer: Tokenizer, bytes: Buffer, head: HeadReader): void {
  if (head.result !== undefined) return;
  tokenizer.write(bytes.toString('latin1'), false);
  // Otherwise text at the end of a chunk would be seen with the next chunk only.
  if (head.result === undefined) tokenizer.flushCharacters();
}

/** A tokenizer whose input begins at the byte `base` of the body. */
function tokenizerFor(head: HeadReader, base: number, isXml: boolean): Tokenizer {
  const places = ({ location }: Pick<Token.TagToken, 'location'>): [start: number, end: number] => {
    const { startOffset, endOffset } = location as Token.Location;
    return [startOffset + base, endOffset + base];
  };
  const goOn = (isWanted: boolean): void => {
    if (!isWanted) tokenizer.pause();
  };
  const handler: TokenHandler = {
    onDoctype: (token) => goOn(head.doctype(...places(token))),
    onComment: (token) => goOn(head.comment(token.data, ...places(token))),
    onStartTag: (token) => {
      goOn(head.startTag(token.tagName, token.attrs, ...places(token)));
      if (isXml && token.selfClosing)
        goOn(head.result === undefined && head.endTag(token.tagName, ...places(token)));
      const { content } = head;
      if (content === 'rcdata') tokenizer.state = TokenizerMode.RCDATA;
      if (content === 'rawtext') tokenizer.state = TokenizerMode.RAWTEXT;
    },
    onEndTag: (token) => goOn(head.endTag(token.tagName, ...places(token))),
    // The location of text is not used: where white space comes before a character reference, it is
    // in the middle of the reference.
    onCharacter: () => goOn(head.text()),
    onNullCharacter: () => goOn(head.text()),
    onWhitespaceCharacter: () => {},
    onEof: () => {},
  };
  const tokenizer = new Tokenizer({ sourceCodeLocationInfo: true }, handler);
  return tokenizer;
}

function hasUtf8Mark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
