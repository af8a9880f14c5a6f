/**
 * Microsoft's conditional comments, which IE up to 9 obeys (MS-IE5X, "About conditional comments").
 * To the tokenizer each form is a comment; only its text tells them apart.
 *
 * - hidden: `<!--[if IE]> … <![endif]-->`, one comment with markup in it;
 * - revealed: `<![if !IE]> … <![endif]>` or `<!--[if !IE]><!--> … <!--<![endif]-->`, two comments
 *   with the markup between them.
 */
const BEGIN = /^\[if\b/i;
const HIDDEN_END = /<!\[endif\]/i;
const REVEALED_END = /^(<!)?\[endif\]/i;

/** Markup that has to stand behind the tag: IE reads it in a hidden comment. */
const WITH_SCRIPT = /<(script|body|frameset|\/head)\b/i;

/** Whether a comment hides a script from all but IE, or the end of its head. */
export function hidesScript(comment: string): boolean {
  return BEGIN.test(comment) && HIDDEN_END.test(comment) && WITH_SCRIPT.test(comment);
}

/** Follows revealed conditionals. IE skips what is in one whose condition is false. */
export class RevealedConditionals {
  #depth = 0;
  #start: number | undefined;

  /** Where the outermost one that is open begins; undefined: none is open. */
  get start(): number | undefined {
    return this.#start;
  }

  /** Takes a comment that begins at the byte `offset`. */
  add(comment: string, offset: number): void {
    if (BEGIN.test(comment)) {
      if (HIDDEN_END.test(comment)) return;
      if (this.#depth === 0) this.#start = offset;
      this.#depth++;
    } else if (this.#depth > 0 && REVEALED_END.test(comment)) {
      this.#depth--;
      if (this.#depth === 0) this.#start = undefined;
    }
  }
}
