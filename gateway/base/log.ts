import { type DestinationStream, type Logger, pino } from 'pino';
import { BoundedOutput, stderrSink } from './log-output.ts';
import type { Remedy, Wording } from './remedy.ts';

/** Each level includes those before it. */
export type LogLevel = (typeof logLevels)[number];
export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;

/**
 * `json`: one object per line, for programs. `text`: one line for people. `auto`: text on a
 * terminal.
 */
export type LogFormat = (typeof logFormats)[number];
export const logFormats = ['auto', 'text', 'json'] as const;

/**
 * Facts about an event or a scope: public ids, addresses, counts, statuses. Never a session token,
 * a cookie, a header value that may hold a credential, or a query.
 */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * The log of one scope, such as a connection. It gains fields as they become known, and each line
 * carries all of them.
 */
export interface Log {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /**
   * False: lines of level debug are not written, so their fields need not be made. @default true
   */
  readonly isDebug?: boolean;
  /** The log of a narrower scope: the same with `fields` on every line. */
  with(fields: LogFields): Log;
  /**
   * Writes that something was refused, once a minute for each cause and client. Absent:
   * `logRefusal` writes every line.
   */
  refusal?(refusal: Refusal): void;
  /** How remedies are worded. @default as flags */
  readonly wording?: Wording;
}

/** Something that was refused to a client. */
export interface Refusal {
  readonly level: 'warn' | 'info' | 'debug';
  readonly message: string;
  /** The client's address; absent: no client caused it. */
  readonly remoteAddress?: string | undefined;
  /** What was refused: `code`, and other facts. What the client sent is short here. */
  readonly fields: LogFields;
  /** What tells two causes with the same message and code apart, such as a `Host`. */
  readonly cause: string;
  readonly remedy?: Remedy | undefined;
}

/** What is logged, and how lines look. */
export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
}

export const defaultLogOptions: LogOptions = { level: 'info', format: 'auto' };

export interface LogSettings extends LogOptions {
  /** Called with whole lines. @default stderr, with a bound on what waits for a slow reader */
  readonly write?: (line: string) => void;
}

/** The log of the whole gateway. */
export function createLog(settings: LogSettings): Log {
  const { level } = settings;
  const write = settings.write ?? boundedStderr((dropped) => log.error('log lines dropped', { dropped }));
  const text = settings.format === 'text' || (settings.format === 'auto' && process.stderr.isTTY === true);
  const destination: DestinationStream = { write: text ? (line) => write(asText(line)) : write };
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const log = new ScopedLog(logger, {});
  return log;
}

function boundedStderr(onRoom: (dropped: number) => void): (line: string) => void {
  const output = new BoundedOutput(stderrSink(), onRoom);
  return (line) => output.write(line);
}

/** Keeps the fields itself: a child logger of pino for each connection would cost more. */
class ScopedLog implements Log {
  readonly #logger: Logger;
  readonly #scope: LogFields;

  constructor(logger: Logger, scope: LogFields) {
    this.#logger = logger;
    this.#scope = scope;
  }

  error(message: string, fields?: LogFields): void {
    this.#say('error', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#say('warn', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#say('info', message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.#say('debug', message, fields);
  }

  get isDebug(): boolean {
    return this.#logger.isLevelEnabled('debug');
  }

  with(fields: LogFields): Log {
    return new ScopedLog(this.#logger, { ...this.#scope, ...fields });
  }

  #say(level: Exclude<LogLevel, 'silent'>, message: string, fields: LogFields | undefined): void {
    if (!this.#logger.isLevelEnabled(level)) return;
    this.#logger[level]({ ...this.#scope, ...fields }, message);
  }
}

/** `12:34:56.789 info  message key=value key="two words"` */
function asText(line: string): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${asWord(value)}`);
  return `${String(time).slice(11, 23)} ${String(level).padEnd(5)} ${asLine(String(msg))}${pairs.join('')}\n`;
}

/** Quotes a value that is not one plain word. Control characters never reach a terminal. */
function asWord(value: unknown): string {
  const word = String(value);
  return /^[\w.:/@+-]+$/.test(word) ? word : JSON.stringify(word).replaceAll(control, asEscape);
}

function asLine(message: string): string {
  return message.replaceAll(control, asEscape);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const control = /[\u0000-\u001f\u007f-\u009f]/g;

function asEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Writes nothing: for tests, and for rooms that are used alone. */
export const silentLog: Log = {
  error: () => {},
  warn: () => {},
  info: () => {},
  debug: () => {},
  isDebug: false,
  with: () => silentLog,
};
