import { Message } from '../protocol/message.ts';

/** Characters of a text beyond which it is not kept. */
const LONGEST = 65_536;

/**
 * Makes messages of texts. A program that sends to many sends the same text again and again: then it is the same message, which each dialect spells once for all
 * that get it.
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
