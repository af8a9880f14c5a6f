import type { Clock, Timer } from './clock.ts';
import type { Log, LogFields, Refusal } from './log.ts';
import { defaultWording, remedyText, type Wording } from './remedy.ts';

/** Milliseconds in which the same refusal is one line. */
const INTERVAL = 60_000;

/** Causes and clients that are kept apart at a time. What is beyond counts for its code alone. */
const MAX_ENTRIES = 1_000;

/** Causes with the same code that one client has lines for at a time, such as `Host` names. */
const MAX_CAUSES = 10;

/** A line that was written, and what was not written since. */
interface Entry {
  readonly log: Log;
  /** That of the first refusal, or of the last one that was not written. */
  refusal: Refusal;
  /** When the line was written. */
  at: number;
  suppressed: number;
  readonly group: string;
}

/** Hears of what the log gets, whether it is written or not. */
export interface LogWatcher {
  /** `route` is that of the log's scope, or empty. */
  refused(refusal: Refusal, route: string): void;
  /** An error in the gateway itself. */
  failed(): void;
}

const NOBODY: LogWatcher = { refused: () => {}, failed: () => {} };

/** What the scopes of one log share. */
class Recent {
  readonly clock: Clock;
  readonly wording: Wording;
  /** In the order of their lines, so that the oldest comes first. */
  readonly #entries = new Map<string, Entry>();
  /** Entries of each code and client. */
  readonly #groups = new Map<string, number>();
  #timer: Timer;

  readonly watcher: LogWatcher;

  constructor(clock: Clock, wording: Wording, watcher: LogWatcher) {
    this.clock = clock;
    this.wording = wording;
    this.watcher = watcher;
  }

  /** Writes the first of its kind, and counts the others. Returns whether it wrote. */
  add(log: Log, scope: string, refusal: Refusal): boolean {
    const { message, remoteAddress, cause, fields } = refusal;
    const kind = `${message} ${fields.code} ${scope}`;
    const client = `${kind} ${remoteAddress ?? ''}`;
    const own = `${client} ${cause}`;
    const known = this.#entries.get(own);
    if (known !== undefined) return this.#count(known, refusal);
    const isFull = this.#entries.size >= MAX_ENTRIES;
    const group = isFull ? kind : client;
    const key = isFull || (this.#groups.get(client) ?? 0) >= MAX_CAUSES ? `${group} *` : own;
    const common = this.#entries.get(key);
    if (common !== undefined) return this.#count(common, refusal);
    this.#keep(key, { log, refusal, at: this.clock.now(), suppressed: 0, group });
    write(log, refusal, this.wording);
    return true;
  }

  /** Writes what was counted. */
  flush(): void {
    this.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const entry of this.#entries.values()) this.#summarize(entry);
    this.#entries.clear();
    this.#groups.clear();
  }

  #count(entry: Entry, refusal: Refusal): boolean {
    entry.suppressed++;
    entry.refusal = refusal;
    return false;
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#groups.set(entry.group, (this.#groups.get(entry.group) ?? 0) + 1);
    this.#timer ??= this.clock.setTimeout(this.#sweep, INTERVAL);
  }

  /** Forgets what is over, and goes on with what was refused again. */
  readonly #sweep = (): void => {
    const now = this.clock.now();
    this.#timer = undefined;
    for (const [key, entry] of this.#entries) {
      const left = entry.at + INTERVAL - now;
      if (left > 0) {
        this.#timer = this.clock.setTimeout(this.#sweep, left);
        return;
      }
      this.#drop(key, entry);
      if (entry.suppressed === 0) continue;
      this.#summarize(entry);
      this.#keep(key, { ...entry, at: now, suppressed: 0 });
    }
  };

  #drop(key: string, { group }: Entry): void {
    this.#entries.delete(key);
    const left = (this.#groups.get(group) ?? 1) - 1;
    if (left === 0) this.#groups.delete(group);
    else this.#groups.set(group, left);
  }

  #summarize({ log, refusal, suppressed }: Entry): void {
    if (suppressed > 0) write(log, refusal, this.wording, suppressed);
  }
}

/**
 * A log that writes each refusal once a minute for each cause and client. What is refused again is
 * counted, and the count stands in a line at the end of the minute. At level debug each has a line.
 */
export class RefusalLog implements Log {
  readonly #log: Log;
  readonly #recent: Recent;
  /** The route of this scope. */
  readonly #scope: string;

  private constructor(log: Log, recent: Recent, scope: string) {
    this.#log = log;
    this.#recent = recent;
    this.#scope = scope;
  }

  static of(log: Log, clock: Clock, wording: Wording, watcher: LogWatcher = NOBODY): RefusalLog {
    return new RefusalLog(log, new Recent(clock, wording, watcher), '');
  }

  get wording(): Wording {
    return this.#recent.wording;
  }

  get isDebug(): boolean {
    return this.#log.isDebug !== false;
  }

  error(message: string, fields?: LogFields): void {
    if (fields?.code === 'GW_INTERNAL') this.#recent.watcher.failed();
    this.#log.error(message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#log.warn(message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#log.info(message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.#log.debug(message, fields);
  }

  with(fields: LogFields): Log {
    const scope = fields.route === undefined ? this.#scope : String(fields.route);
    return new RefusalLog(this.#log.with(fields), this.#recent, scope);
  }

  refusal(refusal: Refusal): void {
    this.#recent.watcher.refused(refusal, this.#scope);
    if (this.#recent.add(this.#log, this.#scope, refusal) || !this.isDebug) return;
    write(this.#log, { ...refusal, level: 'debug' }, this.wording);
  }

  /** Writes what was counted so far: the gateway ends. */
  flush(): void {
    this.#recent.flush();
  }
}

/** Writes a refusal to any log. */
export function logRefusal(log: Log, refusal: Refusal): void {
  if (log.refusal !== undefined) log.refusal(refusal);
  else write(log, refusal, defaultWording);
}

function write(log: Log, refusal: Refusal, wording: Wording, again?: number): void {
  const { level, message, fields, remoteAddress, remedy } = refusal;
  const text = remedy && remedyText(remedy, wording);
  log[level](message, {
    ...fields,
    ...(remoteAddress !== undefined && { remoteAddress }),
    ...(text !== undefined && { remedy: text }),
    ...(again !== undefined && { again }),
  });
}
