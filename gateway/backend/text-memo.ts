import { Message } from '../protocol/message.ts';

/** Characters above which a text is not kept. */
const LONGEST = 65_536;

/**
 * Makes messages of texts. A program that sends to many clients sends the same text again and
 * again. It then gets the same message, which each dialect encodes once for all of them.
 */
export class TextMemo {
  #text = '';
  #message: Message | undefined;

  messageOf(text: string): Message {
    if (this.#message !== undefined && text === this.#text) return this.#message;
    const message = Message.text(wellFormed(text));
    if (text.length > LONGEST) return message;
    this.#text = text;
    this.#message = message;
    return message;
  }
}

/** Lone surrogates become U+FFFD, as UTF-8 has it. */
function wellFormed(text: string): string {
  return /\p{Surrogate}/u.test(text) ? Buffer.from(text, 'utf8').toString('utf8') : text;
}
