import assert from 'node:assert/strict';
import { type StompEnd, settled } from '../../support/stomp/pair.ts';
import { BrokerFixture, subscribe } from './broker-fixture.ts';

describe('a topic of the embedded broker', () => {
  it('sends subscribers with the same id one and the same message', async () => {
    const fixture = new BrokerFixture();
    const clients = await Promise.all(Array.from({ length: 5 }, () => fixture.connect()));
    for (const client of clients) client.send('SUBSCRIBE', { id: 'sub-0', destination: '/topic/a' });
    clients[0]?.send('SEND', { destination: '/topic/a' }, 'to all');
    const messages = new Set(clients.map((client) => client.messages.at(-1)));
    assert.equal(messages.size, 1);
  });

  for (const [pattern, matching, others] of [
    ['/topic/a.*', ['/topic/a.b'], ['/topic/a', '/topic/a.b.c', '/topic/ab']],
    ['/topic/*.b', ['/topic/a.b'], ['/topic/b', '/topic/a.a.b']],
    ['/topic/a.#', ['/topic/a', '/topic/a.b', '/topic/a.b.c'], ['/topic/ab', '/topic/b.a']],
    ['/topic/a.>', ['/topic/a', '/topic/a.b', '/topic/a.b.c'], ['/topic/ab']],
    ['/topic/#', ['/topic/a', '/topic/a.b'], ['/queue/a']],
    ['/topic/a', ['/topic/a'], ['/topic/a.b', '/topic/b']],
  ] as const) {
    it(`matches ${pattern}`, async () => {
      const client = await new BrokerFixture().connect();
      client.send('SUBSCRIBE', { id: 's', destination: pattern });
      for (const destination of [...others, ...matching]) client.send('SEND', { destination }, destination);
      assert.deepEqual(
        client.take(),
        matching.map((destination) => `MESSAGE ${destination}`),
      );
    });
  }

  it('lets no sender set the entries of the broker', async () => {
    const client = await new BrokerFixture().connect();
    client.send('SUBSCRIBE', { id: 's', destination: '/topic/a' });
    const forged = { 'message-id': 'x', subscription: 'y', ack: 'z', redelivered: 'true', receipt: 'r' };
    client.send('SEND', { destination: '/topic/a', ...forged, mine: '1' }, 'x');
    const { headers } = client.last().command === 'RECEIPT' ? await again(client) : client.last();
    assert.deepEqual(Object.keys(headers).sort(), [
      'content-length',
      'destination',
      'message-id',
      'mine',
      'subscription',
    ]);
    assert.equal(headers.subscription, 's');
  });

  it('reaches more subscribers than fit into a turn in several turns, in order', async () => {
    const fixture = new BrokerFixture();
    const [sender, first, last] = await Promise.all([0, 1, 2].map(() => fixture.connect()));
    const crowd = await Promise.all(Array.from({ length: 5 }, () => fixture.connect()));
    assert.ok(sender && first && last);
    subscribe(first, 's', '/topic/a');
    for (const client of crowd) {
      for (let index = 0; index < 200; index++) subscribe(client, `s${index}`, '/topic/a');
    }
    subscribe(last, 's', '/topic/*');
    subscribe(last, 'other', '/topic/b');
    sender.send('SEND', { destination: '/topic/a', receipt: 'r' }, '1');
    sender.send('SEND', { destination: '/topic/a' }, '2');
    first.send('SEND', { destination: '/topic/a' }, '3');
    first.send('SEND', { destination: '/topic/b' }, 'elsewhere');
    assert.deepEqual(sender.take(), ['RECEIPT']);
    assert.deepEqual([first.take(), last.take()], [['MESSAGE 1'], []]);
    assert.equal(crowd.flatMap(({ frames }) => frames).length, 499);
    for (let turns = 0; turns < 15; turns++) await settled();
    assert.deepEqual(first.take(), ['MESSAGE 3', 'MESSAGE 2']);
    const texts = last.take();
    assert.deepEqual(
      texts.filter((text) => !text.includes('elsewhere')),
      ['MESSAGE 1', 'MESSAGE 3', 'MESSAGE 2'],
    );
    assert.equal(texts.length, 5);
    assert.equal(fixture.parts.memory.heldFor('stomp:'), 0);
  });

  it('does not reach a subscription that ended while others got the message', async () => {
    const fixture = new BrokerFixture();
    const [sender, last] = [await fixture.connect(), await fixture.connect()];
    const crowd = await Promise.all(Array.from({ length: 3 }, () => fixture.connect()));
    for (const client of crowd) {
      for (let index = 0; index < 200; index++) subscribe(client, `s${index}`, '/topic/a');
    }
    subscribe(last, 's', '/topic/a');
    sender.send('SEND', { destination: '/topic/a' }, '1');
    last.send('UNSUBSCRIBE', { id: 's' });
    for (let turns = 0; turns < 5; turns++) await settled();
    assert.deepEqual(last.take(), []);
  });
});

/** A message that comes behind a receipt. */
async function again(client: StompEnd): Promise<ReturnType<StompEnd['last']>> {
  client.send('SEND', { destination: '/topic/a', 'message-id': 'x', subscription: 'y', mine: '1' }, 'x');
  return client.last();
}
