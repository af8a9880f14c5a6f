import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { PolicyService } from '../../../gateway/flash/policy-service.ts';
import { TestClock } from '../../support/test-clock.ts';
import { mutate } from '../inputs.ts';
import { type FuzzTarget, fuzzTarget } from '../target.ts';

const REQUEST = Buffer.from('<policy-file-request/>\0');

/** A connection of a client that has sent these packets. */
class Client extends Duplex {
  answer = '';

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.answer += chunk;
    done();
  }
}

export const targets: readonly FuzzTarget[] = [
  fuzzTarget<Buffer>({
    name: 'flash-policy-request',
    input: (random) => {
      const bytes = random.chance(0.3) ? REQUEST : mutate(random, REQUEST).subarray(0, REQUEST.length);
      return Buffer.concat([Buffer.from([random.int(0, 30)]), bytes]);
    },
    async run(input) {
      const clock = new TestClock();
      const service = new PolicyService(() => 'policy', clock);
      const [cut = 0, ...rest] = input;
      const bytes = Buffer.from(rest);
      const client = new Client();
      service.accept(client as unknown as Socket);
      for (const packet of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
        if (packet.length > 0 && !client.destroyed) client.push(packet);
        await new Promise((resolve) => setImmediate(resolve));
      }
      const isWhole = bytes.subarray(0, REQUEST.length).equals(REQUEST);
      const isPrefix = REQUEST.subarray(0, bytes.length).equals(bytes);
      assert.equal(client.answer, isWhole ? 'policy' : '');
      if (!isWhole) assert.equal(client.destroyed, !isPrefix);
      clock.advance(10_000);
      assert.equal(client.answer, isWhole ? 'policy' : '');
      await new Promise((resolve) => setImmediate(resolve));
      if (!isWhole) assert.ok(client.destroyed);
      client.destroy();
    },
  }),
];
