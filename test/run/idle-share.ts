import { cpus } from 'node:os';

type Times = Readonly<Record<string, number>>;

/** Measures how idle the machine is. */
export class IdleShare {
  readonly #read: () => readonly Times[];
  #idle = 0;
  #all = 0;

  /** `read`: milliseconds that each core has spent in each state. @default those of this machine */
  constructor(read: () => readonly Times[] = () => cpus().map(({ times }) => ({ ...times }))) {
    this.#read = read;
    this.since();
  }

  /** From 0 to 1, of all cores together, since the last reading. */
  since(): number {
    let idle = 0;
    let all = 0;
    for (const times of this.#read()) {
      idle += times.idle ?? 0;
      for (const each of Object.values(times)) all += each;
    }
    const share = all > this.#all ? (idle - this.#idle) / (all - this.#all) : 0;
    this.#idle = idle;
    this.#all = all;
    return share;
  }
}
