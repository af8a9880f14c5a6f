import assert from 'node:assert/strict';
import { settled } from '../../support/stomp/pair.ts';
import { BrokerFixture } from './broker-fixture.ts';

describe('a queue of the embedded broker', () => {
  it('delivers a message again after NACK, marked, and finally drops it with a log line', async () => {
    const fixture = new BrokerFixture({ redeliveries: 2 });
    const client = await fixture.connect();
    client.send('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client-individual' });
    client.send('SEND', { destination: '/queue/a' }, 'bad');
    const marks: (string | undefined)[] = [];
    for (let count = 0; count < 3; count++) {
      const { headers } = client.last();
      marks.push(headers.redelivered);
      client.send('NACK', { id: headers.ack });
    }
    assert.deepEqual(marks, [undefined, 'true', 'true']);
    assert.deepEqual(client.take(), []);
    assert.match(fixture.lines.join('\n'), /^message dropped .*"\/queue\/a"/);
  });

  it('counts the end of a connection as a NACK', async () => {
    const fixture = new BrokerFixture({ redeliveries: 1 });
    const subscription = { id: 's', destination: '/queue/a', ack: 'client' };
    (await fixture.connect()).send('SEND', { destination: '/queue/a' }, 'poison');
    for (let count = 0; count < 2; count++) {
      const client = await fixture.connect();
      client.send('SUBSCRIBE', subscription);
      assert.deepEqual(client.take(), ['MESSAGE poison']);
      client.channel.close({ code: 1006, reason: '' });
      await settled();
    }
    const last = await fixture.connect();
    last.send('SUBSCRIBE', subscription);
    assert.deepEqual(last.take(), []);
    assert.match(fixture.lines.join('\n'), /message dropped/);
  });

  it('puts messages that came back in order before those that wait', async () => {
    const fixture = new BrokerFixture({ maxUnacknowledged: 2 });
    const first = await fixture.connect();
    first.send('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client' });
    for (const text of ['1', '2', '3', '4']) first.send('SEND', { destination: '/queue/a' }, text);
    assert.deepEqual(first.take(), ['MESSAGE 1', 'MESSAGE 2']);
    first.send('UNSUBSCRIBE', { id: 's' });
    const second = await fixture.connect();
    second.send('SUBSCRIBE', { id: 's', destination: '/queue/a' });
    assert.deepEqual(second.take(), ['MESSAGE 1', 'MESSAGE 2', 'MESSAGE 3', 'MESSAGE 4']);
  });

  it('waits for a consumer that does not read', async () => {
    const fixture = new BrokerFixture();
    const [slow, quick] = [await fixture.connect(), await fixture.connect()];
    slow.channel.pause();
    slow.send('SUBSCRIBE', { id: 's', destination: '/queue/a' });
    slow.send('SEND', { destination: '/queue/a' }, 'for the slow one');
    for (let count = 0; count < 3; count++) slow.send('SEND', { destination: '/queue/a' }, 'more');
    quick.send('SUBSCRIBE', { id: 's', destination: '/queue/a' });
    assert.deepEqual(quick.take(), ['MESSAGE more', 'MESSAGE more', 'MESSAGE more']);
    slow.channel.resume();
    assert.deepEqual(slow.take(), ['MESSAGE for the slow one']);
  });

  it('goes on when a consumer reads again', async () => {
    const fixture = new BrokerFixture();
    const client = await fixture.connect();
    client.channel.pause();
    client.send('SUBSCRIBE', { id: 's', destination: '/queue/a' });
    for (const text of ['1', '2', '3']) client.send('SEND', { destination: '/queue/a' }, text);
    client.channel.resume();
    assert.deepEqual(client.take(), ['MESSAGE 1', 'MESSAGE 2', 'MESSAGE 3']);
  });

  it('serves a consumer that acknowledges within the delivery, however many messages wait', async () => {
    const fixture = new BrokerFixture({ maxQueued: 20_000, maxUnacknowledged: 1 });
    const client = await fixture.connect();
    for (let index = 0; index < 20_000; index++) client.send('SEND', { destination: '/queue/a' });
    let count = 0;
    client.onFrame = ({ headers }) => {
      count++;
      client.send('ACK', { id: headers.get('ack') });
    };
    client.send('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client-individual' });
    await settled();
    assert.equal(count, 20_000);
    assert.equal(client.end, undefined);
  });

  it('neither drops nor doubles a message while consumers come and go', async () => {
    const fixture = new BrokerFixture({ redeliveries: 1000 });
    const sender = await fixture.connect();
    for (let index = 0; index < 300; index++) sender.send('SEND', { destination: '/queue/a' }, String(index));
    const acknowledged: string[] = [];
    for (let turn = 0; turn < 300 && acknowledged.length < 300; turn++) {
      const client = await fixture.connect();
      client.send('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client-individual' });
      for (const { headers, body } of client.frames.splice(0, 7)) {
        client.send('ACK', { id: headers.get('ack') });
        acknowledged.push(body.toString());
      }
      client.channel.close({ code: 1000, reason: '' });
      await settled();
    }
    assert.deepEqual(
      acknowledged.map(Number),
      Array.from({ length: 300 }, (_, index) => index),
    );
  });
});
