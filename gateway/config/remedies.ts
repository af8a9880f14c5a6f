import type { WrittenAs } from '../base/remedy.ts';
import type { Rate } from '../base/token-bucket.ts';
import type { ResolvedOptions } from './resolved.ts';
import { asDuration, asSize } from './units.ts';

/** Twice the bounds that are in force, by config key: what a refusal advises. */
export function higherBounds(options: ResolvedOptions): Readonly<Record<string, string>> {
  const { sessionLimits, connectionLimits, memoryLimits, http, transport, session, routeDefaults } = options;
  const heads = { maxHeaderSize: http.maxHeaderSize };
  const { maxQueues, maxQueued, maxStored, maxSubscriptions } = options.stomp;
  const brokerCounts = {
    'stomp.maxQueues': maxQueues,
    'stomp.maxQueued': maxQueued,
    'stomp.maxSubscriptions': maxSubscriptions,
  };
  const counts = { ...sessionLimits, ...connectionLimits };
  const sizes = {
    ...memoryLimits,
    maxBody: transport.maxBody,
    maxMessage: routeDefaults.maxMessage,
    maxBuffered: session.maxBuffered,
    ...heads,
  };
  const { connectTimeout } = options;
  const { maxSessionAge } = session;
  const times = {
    connectTimeout,
    maxSessionAge,
    headerTimeout: http.headerTimeout,
    requestTimeout: http.requestTimeout,
  };
  return {
    ...twice(counts, String),
    ...twice(brokerCounts, String),
    ...twice({ 'stomp.maxStored': maxStored }, asSize),
    ...twice(sizes, asSize),
    ...twice(times, asDuration),
    ...twiceAsFast({
      createRate: options.createRate,
      messageRate: session.rates?.messages,
      byteRate: session.rates?.bytes,
    }),
    maxDelayed: String(Math.min(1_000, 2 * session.maxDelayed)),
  };
}

function twice(
  bounds: Readonly<Record<string, number>>,
  asText: (value: number) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(bounds).map(([key, bound]) => [key, asText(2 * bound)]));
}

function twiceAsFast(rates: Readonly<Record<string, Rate | undefined>>): Record<string, string> {
  const unit = (period: number): string => (period === 1_000 ? 's' : period === 60_000 ? 'm' : 'h');
  const known = Object.entries(rates).filter((entry): entry is [string, Rate] => entry[1] !== undefined);
  return Object.fromEntries(
    known.map(([key, { amount, period }]) => {
      const twice = key === 'byteRate' ? asSize(2 * amount) : String(2 * amount);
      return [key, `${twice}/${unit(period)}`];
    }),
  );
}

/** Where the options of a command line stand. */
export interface Written {
  /** Keys of the flags that were given. */
  readonly flags: readonly string[];
  /** The config file. */
  readonly file: string | undefined;
}

/** How a gateway from the command line was started. */
export function writtenOn({ flags, file }: Written): WrittenAs {
  return (key) => (file === undefined || flags.includes(key) ? 'flag' : { file });
}
