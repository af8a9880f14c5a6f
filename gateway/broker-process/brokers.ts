import type { Clock } from '../base/clock.ts';
import { ConnectionCounts } from '../base/connection-counts.ts';
import { Counters } from '../base/counters.ts';
import type { Log } from '../base/log.ts';
import { MemoryBudget } from '../base/memory-budget.ts';
import { RecentRefusals } from '../base/recent-refusals.ts';
import { RefusalLog } from '../base/refusal-log.ts';
import type { BrokerFacts, ProcessFacts } from '../status/facts.ts';
import { Broker } from '../stomp/broker/broker.ts';
import { BrokerServer, type BrokerServerParts } from '../stomp/broker/broker-server.ts';
import { StompListener } from '../stomp/broker/listener.ts';
import { defaultBrokerOptions } from '../stomp/broker/options.ts';
import { MAIN_BROKER } from '../stomp/broker/remote-broker.ts';
import type { BrokerSettings } from './settings.ts';

/** The embedded brokers of a gateway, for its workers and on the TCP port. */
export class Brokers {
  readonly #log: RefusalLog;
  readonly #counters = new Counters();
  readonly #refusals: RecentRefusals;
  readonly #parts: BrokerServerParts & { readonly connections: ConnectionCounts };
  readonly #brokers = new Map<string, Broker>();
  readonly #server: BrokerServer;
  #listener: StompListener | undefined;
  #stompPort: number | undefined;

  /** Takes the bounds of `settings`; `serve` takes the rest. */
  constructor({ memoryLimits, connectionLimits, written, bounds }: BrokerSettings, clock: Clock, log: Log) {
    const wording = { writtenAs: (key: string) => written[key] ?? ('flag' as const), bounds };
    this.#refusals = new RecentRefusals(clock, wording);
    this.#log = RefusalLog.of(log, clock, wording, {
      refused: (refusal, route) => {
        this.#counters.refused(String(refusal.fields.code));
        this.#refusals.add(refusal, route);
      },
      failed: () => {
        this.#counters.internalErrors++;
      },
    });
    const memory = new MemoryBudget(memoryLimits);
    this.#parts = { clock, log: this.#log, memory, connections: new ConnectionCounts(connectionLimits) };
    this.#server = new BrokerServer(this.#brokers, this.#parts);
  }

  /** What all brokers together hold, and have refused. */
  get facts(): ProcessFacts {
    const broker: { -readonly [Key in keyof BrokerFacts]: number } = {
      ...{ connections: 0, queues: 0, queued: 0, stored: 0 },
    };
    for (const { holdings } of this.#brokers.values()) {
      broker.connections += holdings.connections;
      broker.queues += holdings.queues;
      broker.queued += holdings.queued;
      broker.stored += holdings.stored;
    }
    return { counters: this.#counters, refusals: this.#refusals.list(), broker };
  }

  /**
   * Makes the brokers that are not there yet, and listens. A broker that is there stays as it is:
   * its options belong to what it holds. Resolves with the number of the TCP port, if there is one;
   * rejects with Node's own errors.
   */
  async serve({ brokers, listen, socketPath }: BrokerSettings): Promise<number | undefined> {
    for (const [path, options] of Object.entries(brokers)) {
      if (this.#brokers.has(path)) continue;
      // The options may be of a release before this process's, which a reload has kept.
      this.#brokers.set(path, new Broker({ ...defaultBrokerOptions, ...options }, this.#parts));
    }
    const main = this.#brokers.get(MAIN_BROKER);
    if (main !== undefined && listen !== undefined && this.#listener === undefined) {
      const listener = new StompListener(main, this.#parts);
      this.#stompPort = await listener.listen(listen);
      this.#listener = listener;
    }
    await this.#server.listen(socketPath);
    return this.#stompPort;
  }

  /** Ends the clients of the TCP port. Resolves when the last client of a worker has gone. */
  async drain(): Promise<void> {
    this.#listener?.close();
    await this.#server.drain();
    this.#log.flush();
  }

  /** Ends all connections. */
  close(): void {
    this.#listener?.close();
    this.#server.close();
    this.#log.flush();
  }
}
