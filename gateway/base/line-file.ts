import { closeSync, openSync, writeSync } from 'node:fs';
import { ConfigError } from './errors.ts';
import type { Log } from './log.ts';

/** Readable for the group: programs that read logs run as another user. */
const MODE = 0o640;

/**
 * A file of lines that another program may rename or remove (logrotate). Lines of one turn of the
 * event loop are one write, which appends: several processes can have the same file.
 */
export class LineFile {
  readonly #path: string;
  readonly #log: Log;
  #descriptor: number;
  #waiting = '';
  /** Lines that could not be written since the last one that could. */
  #lost = 0;

  /** Throws a `ConfigError` if the file cannot be opened. `name` is that of the option. */
  constructor(path: string, name: string, log: Log) {
    this.#path = path;
    this.#log = log;
    try {
      this.#descriptor = openSync(path, 'a', MODE);
    } catch (error) {
      throw new ConfigError('GW_CONFIG', `${name} ${path} cannot be opened: ${(error as Error).message}`);
    }
  }

  /** `line` has its line end. */
  write(line: string): void {
    if (this.#waiting === '') setImmediate(() => this.flush());
    this.#waiting += line;
  }

  /** Opens the file of this name again. If that fails, the old one is written on. */
  reopen(): void {
    this.flush();
    try {
      const descriptor = openSync(this.#path, 'a', MODE);
      closeSync(this.#descriptor);
      this.#descriptor = descriptor;
    } catch (error) {
      this.#log.error('file not opened again', { file: this.#path, reason: (error as Error).message });
    }
  }

  flush(): void {
    const lines = this.#waiting;
    this.#waiting = '';
    if (lines === '' || this.#descriptor < 0) return;
    try {
      writeSync(this.#descriptor, lines);
      this.#lost = 0;
    } catch (error) {
      // A disk that is full now may have room later.
      if (this.#lost === 0)
        this.#log.error('lines lost', { file: this.#path, reason: (error as Error).message });
      this.#lost += lines.split('\n').length - 1;
    }
  }

  close(): void {
    this.flush();
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }
}
