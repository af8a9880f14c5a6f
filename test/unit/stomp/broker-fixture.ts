import assert from 'node:assert/strict';
import { type Log, silentLog } from '../../../gateway/base/log.ts';
import type { MemoryLimits } from '../../../gateway/base/memory-budget.ts';
import { Broker } from '../../../gateway/stomp/broker/broker.ts';
import { type BrokerOptions, defaultBrokerOptions } from '../../../gateway/stomp/broker/options.ts';
import { SERVER_COMMANDS } from '../../../gateway/stomp/frame.ts';
import { type StompEnd, settled, stompPair } from '../../support/stomp/pair.ts';
import { stompParts } from '../../support/stomp/parts.ts';
import { TestClock } from '../../support/test-clock.ts';

/** The address of all clients. */
export const ADDRESS = '203.0.113.9';

/** A broker in memory, and what it logged. */
export class BrokerFixture {
  readonly clock = new TestClock();
  /** Message and fields of each line, as text. */
  readonly lines: string[] = [];
  readonly broker: Broker;
  readonly parts: ReturnType<typeof stompParts>;

  constructor(options: Partial<BrokerOptions> = {}, limits: Partial<MemoryLimits> = {}) {
    const say = (message: string, fields = {}) => this.lines.push(`${message} ${JSON.stringify(fields)}`);
    const log: Log = { ...silentLog, info: say, warn: say, error: say, with: () => log };
    this.parts = stompParts({ clock: this.clock, log, limits });
    this.broker = new Broker({ ...defaultBrokerOptions, ...options }, this.parts);
  }

  /** A client that has not sent CONNECT. */
  open(carrier: 'native' | 'fallback' = 'native'): StompEnd {
    const [channel, end] = stompPair(SERVER_COMMANDS);
    assert.ok(this.broker.accept(channel, { carrier, address: ADDRESS, log: this.parts.log }));
    return end;
  }

  async connect(headers: Record<string, string> = {}): Promise<StompEnd> {
    const client = this.open();
    client.send('CONNECT', { 'accept-version': '1.2', ...headers });
    await settled();
    assert.equal(client.last().command, 'CONNECTED');
    return client;
  }
}

export function subscribe(client: StompEnd, id: string, destination: string): void {
  client.send('SUBSCRIBE', { id, destination });
}
