import assert from 'node:assert/strict';
import { settled } from '../../support/stomp/pair.ts';
import { BrokerFixture, subscribe } from './broker-fixture.ts';

describe('a transaction of the embedded broker', () => {
  it('does not disturb a queue of the same name that was created since', async () => {
    const fixture = new BrokerFixture();
    const late = await fixture.connect();
    late.send('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client' });
    late.send('SEND', { destination: '/queue/a' }, 'first');
    const { ack } = late.last().headers;
    late.send('BEGIN', { transaction: 't' });
    late.send('ACK', { id: ack, transaction: 't' });
    late.send('UNSUBSCRIBE', { id: 's' });
    const other = await fixture.connect();
    subscribe(other, 's', '/queue/a');
    other.send('UNSUBSCRIBE', { id: 's' });
    subscribe(other, 's', '/queue/a');
    late.send('COMMIT', { transaction: 't' });
    late.send('SEND', { destination: '/queue/a' }, 'second');
    assert.deepEqual(other.take(), ['MESSAGE first', 'MESSAGE second']);
  });

  it('is committed once', async () => {
    const client = await new BrokerFixture().connect();
    client.send('SUBSCRIBE', { id: 's', destination: '/queue/a' });
    client.send('BEGIN', { transaction: 't' });
    client.send('SEND', { destination: '/queue/a', transaction: 't' }, 'once');
    client.send('COMMIT', { transaction: 't' });
    client.send('COMMIT', { transaction: 't' });
    assert.deepEqual(client.take(), ['MESSAGE once', 'ERROR no such transaction']);
  });

  it('acknowledges when it is committed, and twice the same does no harm', async () => {
    const fixture = new BrokerFixture();
    const client = await fixture.connect();
    client.send('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client' });
    for (const text of ['1', '2', '3']) client.send('SEND', { destination: '/queue/a' }, text);
    const acks = client.frames.splice(0).map(({ headers }) => headers.get('ack'));
    client.send('BEGIN', { transaction: 't' });
    client.send('ACK', { id: acks[1], transaction: 't' });
    client.send('ACK', { id: acks[0], transaction: 't' });
    client.send('COMMIT', { transaction: 't' });
    client.channel.close({ code: 1000, reason: '' });
    await settled();
    const next = await fixture.connect();
    subscribe(next, 's', '/queue/a');
    assert.deepEqual(next.take(), ['MESSAGE 3']);
  });

  it('publishes nothing if one of its messages does not fit', async () => {
    const fixture = new BrokerFixture({ maxQueued: 3 });
    const [client, other] = [await fixture.connect(), await fixture.connect()];
    for (const text of ['1', '2']) other.send('SEND', { destination: '/queue/b' }, text);
    client.send('BEGIN', { transaction: 't' });
    for (const name of ['a', 'a', 'b', 'b']) {
      client.send('SEND', { destination: `/queue/${name}`, transaction: 't' }, 'late');
    }
    client.send('COMMIT', { transaction: 't', receipt: 'r' });
    await settled();
    assert.deepEqual(client.take(), ['ERROR the queue is full']);
    subscribe(other, 'a', '/queue/a');
    subscribe(other, 'b', '/queue/b');
    assert.deepEqual(other.take(), ['MESSAGE 1', 'MESSAGE 2']);
  });

  it('publishes nothing if it needs more queues or more bytes than there may be', async () => {
    for (const [options, message] of [
      [{ maxQueues: 1 }, 'ERROR too many queues'],
      [{ maxStored: 500 }, 'ERROR the queues are full'],
    ] as const) {
      const fixture = new BrokerFixture(options);
      const [client, other] = [await fixture.connect(), await fixture.connect()];
      client.send('BEGIN', { transaction: 't' });
      client.send('SEND', { destination: '/queue/a', transaction: 't' }, 'x'.repeat(200));
      client.send('SEND', { destination: '/queue/b', transaction: 't' }, 'x'.repeat(200));
      client.send('COMMIT', { transaction: 't' });
      await settled();
      assert.deepEqual(client.take(), [message]);
      subscribe(other, 'a', '/queue/a');
      assert.deepEqual(other.take(), []);
    }
  });

  it('may send a ready consumer more than a queue may keep', async () => {
    const fixture = new BrokerFixture({ maxQueued: 2 });
    const client = await fixture.connect();
    subscribe(client, 's', '/queue/a');
    client.send('BEGIN', { transaction: 't' });
    for (const text of ['1', '2', '3', '4']) {
      client.send('SEND', { destination: '/queue/a', transaction: 't' }, text);
    }
    client.send('COMMIT', { transaction: 't', receipt: 'r' });
    assert.deepEqual(client.take(), ['MESSAGE 1', 'MESSAGE 2', 'MESSAGE 3', 'MESSAGE 4', 'RECEIPT']);
  });

  it('is carried out a few milliseconds at a time, and what comes after it waits', async () => {
    const fixture = new BrokerFixture();
    const [client, other] = [await fixture.connect(), await fixture.connect()];
    subscribe(other, 's', '/queue/a');
    other.onFrame = () => fixture.clock.advance(1);
    client.send('BEGIN', { transaction: 't' });
    for (let index = 0; index < 10; index++) {
      client.send('SEND', { destination: '/queue/a', transaction: 't' }, String(index));
    }
    client.send('COMMIT', { transaction: 't', receipt: 'r' });
    client.send('SEND', { destination: '/queue/a' }, 'after');
    assert.equal(other.frames.length, 4);
    assert.deepEqual(client.take(), []);
    for (let turns = 0; turns < 4; turns++) await settled();
    assert.deepEqual(client.take(), ['RECEIPT']);
    assert.equal(other.frames.length, 11);
    assert.equal(other.take().at(-1), 'MESSAGE after');
    assert.equal(fixture.parts.memory.heldFor('stomp:'), 0);
  });

  it('is carried out to its end, though its client leaves', async () => {
    const fixture = new BrokerFixture();
    const [client, other] = [await fixture.connect(), await fixture.connect()];
    subscribe(other, 's', '/queue/a');
    other.onFrame = () => fixture.clock.advance(1);
    client.send('BEGIN', { transaction: 't' });
    for (let index = 0; index < 10; index++) {
      client.send('SEND', { destination: '/queue/a', transaction: 't' }, String(index));
    }
    client.send('COMMIT', { transaction: 't' });
    client.channel.close({ code: 1006, reason: '' });
    for (let turns = 0; turns < 4; turns++) await settled();
    assert.equal(other.frames.length, 10);
  });
});
