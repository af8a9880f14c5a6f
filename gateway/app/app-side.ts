import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { AppAgent } from './app-agent.ts';
import type { AppAddressing } from './request-fields.ts';
import type { AddressMap } from './response-fields.ts';

/** What all requests to one application share. */
export interface AppSide {
  readonly clock: Clock;
  readonly log: Log;
  readonly agent: AppAgent;
  /** Address of the application: scheme, host, port. */
  readonly name: string;
  readonly addressing: AppAddressing;
  readonly addresses: AddressMap;
  /** Milliseconds until a connection must be there. */
  readonly connectTimeout: number;
  /** Milliseconds until the answer must begin; 0 for any time. */
  readonly timeout: number;
}

/** A request to change the protocol. */
export interface ProtocolChange {
  /** Value of `Upgrade`. */
  readonly protocol: string;
  /** The application agreed. */
  switched(response: IncomingMessage, socket: Duplex, head: Buffer): void;
}
