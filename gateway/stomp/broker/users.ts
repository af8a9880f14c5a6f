import { createHash, timingSafeEqual } from 'node:crypto';

/** The logins of a broker. */
export class Users {
  /** Digests, so that the time of a comparison reveals nothing, not even a length. */
  readonly #digests: ReadonlyMap<string, Buffer>;
  readonly #unknown = digest('');

  constructor(passcodes: Readonly<Record<string, string>>) {
    this.#digests = new Map(Object.entries(passcodes).map(([login, passcode]) => [login, digest(passcode)]));
  }

  /** Whether the passcode of that login is right. */
  admit(login: string | undefined, passcode: string | undefined): boolean {
    const expected = this.#digests.get(login ?? '');
    const isRight = timingSafeEqual(digest(passcode ?? ''), expected ?? this.#unknown);
    return expected !== undefined && isRight;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
