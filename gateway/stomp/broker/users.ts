import { createHash, timingSafeEqual } from 'node:crypto';
import { Rights, type RightsOptions } from '../rights.ts';

/** One login of a broker. */
export interface UserOptions extends RightsOptions {
  readonly passcode: string;
}

/** The logins of a broker. */
export class Users {
  /** Digests, so that the time of a comparison reveals nothing, not even a length. */
  readonly #digests: ReadonlyMap<string, Buffer>;
  readonly #rights: ReadonlyMap<string, Rights>;
  readonly #unknown = digest('');

  constructor(users: Readonly<Record<string, UserOptions>>) {
    this.#digests = new Map(Object.entries(users).map(([login, { passcode }]) => [login, digest(passcode)]));
    this.#rights = new Map(Object.entries(users).map(([login, rights]) => [login, new Rights(rights)]));
  }

  /** What a login that was admitted may do. */
  rightsOf(login: string): Rights {
    return this.#rights.get(login) as Rights;
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
