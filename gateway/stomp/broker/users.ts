import { createHash, timingSafeEqual } from 'node:crypto';

/** Who may log in. */
export class Users {
  /** Digests, so that the time of a comparison says nothing, not even of a length. */
  readonly #digests: ReadonlyMap<string, Buffer>;
  readonly #nobody = digest('');

  constructor(passcodes: Readonly<Record<string, string>>) {
    this.#digests = new Map(Object.entries(passcodes).map(([login, passcode]) => [login, digest(passcode)]));
  }

  admit(login: string | undefined, passcode: string | undefined): boolean {
    const expected = this.#digests.get(login ?? '');
    const isRight = timingSafeEqual(digest(passcode ?? ''), expected ?? this.#nobody);
    return expected !== undefined && isRight;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
