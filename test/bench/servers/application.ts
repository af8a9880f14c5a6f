/** One connected session, whatever carries it. */
export interface Member {
  send(text: string): void;
}

/**
 * The application that every server runs: a message comes back to its sender; one that begins with
 * `!` goes to all.
 */
export class Application {
  readonly #members = new Set<Member>();

  join(member: Member): void {
    this.#members.add(member);
  }

  leave(member: Member): void {
    this.#members.delete(member);
  }

  receive(from: Member, text: string): void {
    const receivers = text.startsWith('!') ? this.#members : [from];
    for (const member of receivers) member.send(text);
  }
}
