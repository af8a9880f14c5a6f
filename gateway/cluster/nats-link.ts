import type { Log } from '../base/log.ts';
import { BusLink } from './bus-link.ts';
import type { Link } from './link.ts';
import { NatsBus } from './nats-bus.ts';
import type { ClusterOptions } from './options.ts';

export interface NatsLinkOptions {
  readonly self: string;
  readonly cluster: ClusterOptions;
  readonly log: Log;
  /** Nodes with the same are left to another link. @default none is */
  readonly machine?: string | undefined;
}

/** The link between machines, over NATS servers that others run. */
export function createNatsLink({ self, cluster, log, machine }: NatsLinkOptions): Link {
  return new BusLink({ self, bus: new NatsBus(self, cluster, log), log, machine });
}
