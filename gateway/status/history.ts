import type { Clock, Timer } from '../base/clock.ts';
import { type Metric, samplesOf, sumOf } from './metric.ts';

const MINUTE = 60_000;

/** Minutes that are kept. */
export const KEPT = 60;

/** What happened in one minute. */
export interface MinuteRecord {
  /** Open at its end. */
  readonly connections: number;
  readonly opens: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly refusals: number;
  /** Connections that came to each transport of each route, first or by a move. */
  readonly uses: readonly Use[];
}

export interface Use {
  readonly route: string;
  readonly transport: string;
  readonly count: number;
}

/** The totals of a moment: records are their differences. */
interface Totals {
  readonly opens: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly refusals: number;
  readonly uses: ReadonlyMap<string, number>;
}

/** The last hour in records of a minute. */
export class History {
  readonly #clock: Clock;
  readonly #read: () => Promise<readonly Metric[]>;
  readonly #records: MinuteRecord[] = [];
  #before: Totals | undefined;
  #timer: Timer;

  /** `read`: the metrics of all processes. */
  constructor(clock: Clock, read: () => Promise<readonly Metric[]>) {
    this.#clock = clock;
    this.#read = read;
  }

  /** The oldest comes first. */
  get records(): readonly MinuteRecord[] {
    return this.#records;
  }

  /** The hour up to now: what is recorded, and the minute that runs. */
  upTo(now: readonly Metric[]): readonly MinuteRecord[] {
    return [...this.#records.slice(-(KEPT - 1)), this.#recordOf(now)];
  }

  start(): void {
    this.#timer = this.#clock.setTimeout(() => void this.#minute(), MINUTE);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  async #minute(): Promise<void> {
    this.start();
    this.add(await this.#read());
  }

  /** A minute is over. */
  add(metrics: readonly Metric[]): void {
    this.#records.push(this.#recordOf(metrics));
    if (this.#records.length > KEPT) this.#records.shift();
    this.#before = totalsOf(metrics);
  }

  #recordOf(metrics: readonly Metric[]): MinuteRecord {
    const now = totalsOf(metrics);
    const before = this.#before;
    const since = (name: 'opens' | 'messagesIn' | 'messagesOut' | 'refusals'): number =>
      Math.max(0, now[name] - (before?.[name] ?? 0));
    const uses: Use[] = [];
    for (const [key, total] of now.uses) {
      const count = total - (before?.uses.get(key) ?? 0);
      const [route = '', transport = ''] = key.split('\n');
      if (count > 0) uses.push({ route, transport, count });
    }
    return {
      connections: sumOf(metrics, 'connections'),
      opens: since('opens'),
      messagesIn: since('messagesIn'),
      messagesOut: since('messagesOut'),
      refusals: since('refusals'),
      uses,
    };
  }
}

function totalsOf(metrics: readonly Metric[]): Totals {
  const uses = new Map<string, number>();
  const add = (name: string, label: 'transport' | 'to'): void => {
    for (const { labels, value } of samplesOf(metrics, name)) {
      const key = `${labels.route}\n${labels[label]}`;
      uses.set(key, (uses.get(key) ?? 0) + value);
    }
  };
  add('first_transports_total', 'transport');
  add('moves_total', 'to');
  return {
    opens: sumOf(metrics, 'opens_total'),
    messagesIn: sumOf(metrics, 'messages_total', { direction: 'in' }),
    messagesOut: sumOf(metrics, 'messages_total', { direction: 'out' }),
    refusals: sumOf(metrics, 'refusals_total'),
    uses,
  };
}
