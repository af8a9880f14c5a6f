import type { WrittenAs } from '../base/remedy.ts';
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
    maxDelayed: String(Math.min(1_000, 2 * session.maxDelayed)),
  };
}

function twice(
  bounds: Readonly<Record<string, number>>,
  asText: (value: number) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(bounds).map(([key, bound]) => [key, asText(2 * bound)]));
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
