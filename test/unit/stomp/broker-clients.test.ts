import assert from 'node:assert/strict';
import { settled } from '../../support/stomp/pair.ts';
import { BrokerFixture, subscribe } from './broker-fixture.ts';

describe('the time of the embedded broker', () => {
  it('ends a connection on which nobody connects', async () => {
    const fixture = new BrokerFixture();
    const client = fixture.open();
    await settled();
    fixture.clock.advance(10_000);
    assert.equal(client.last().headers.message, 'no CONNECT in time');
  });

  it('beats in a pause and not in between', async () => {
    const fixture = new BrokerFixture();
    const client = await fixture.connect({ 'heart-beat': '0,4000' });
    fixture.clock.advance(2999);
    assert.equal(client.heartBeats, 0);
    fixture.clock.advance(1);
    assert.equal(client.heartBeats, 1);
    fixture.clock.advance(2000);
    client.send('BEGIN', { transaction: 't', receipt: 'r' });
    fixture.clock.advance(2000);
    assert.equal(client.heartBeats, 1);
    fixture.clock.advance(1000);
    assert.equal(client.heartBeats, 2);
  });

  it('gives up a client that is silent for twice what it promised', async () => {
    const fixture = new BrokerFixture();
    const client = await fixture.connect({ 'heart-beat': '4000,0' });
    fixture.clock.advance(7000);
    client.write('\n');
    fixture.clock.advance(7999);
    assert.deepEqual(client.frames, []);
    fixture.clock.advance(1);
    assert.equal(client.last().headers.message, 'no heart-beat');
    assert.equal(fixture.clock.timers, 0);
  });

  it('leaves no timer behind a client that went', async () => {
    const fixture = new BrokerFixture();
    const client = await fixture.connect({ 'heart-beat': '4000,4000' });
    client.channel.close({ code: 1001, reason: '' });
    await settled();
    assert.equal(fixture.clock.timers, 0);
    assert.equal(client.end?.code, 1001);
  });
});

describe('a client of the embedded broker that does not read', () => {
  it('gets no more at its bound, and the others do', async () => {
    const fixture = new BrokerFixture({ maxBuffered: 10_000 });
    const [slow, quick] = [await fixture.connect(), await fixture.connect()];
    for (const client of [slow, quick]) subscribe(client, 's', '/topic/a');
    slow.channel.pause();
    for (let count = 0; count < 20; count++)
      quick.send('SEND', { destination: '/topic/a' }, 'x'.repeat(1000));
    await settled();
    assert.equal(quick.take().length, 20);
    assert.match(fixture.lines.join('\n'), /too much waits to be read/);
    assert.ok(slow.channel.bufferedAmount === 0 && slow.take().length === 0);
    slow.channel.resume();
    const told = slow.take();
    // What waited is not kept for a page that may be frozen for good.
    assert.ok(told.length < 4, `${told.length} frames`);
    assert.match(told.at(-1) ?? '', /^ERROR too much waits/);
    assert.equal(slow.end?.code, 1002);
  });
});

describe('a client of the embedded broker that reads late', () => {
  it('gets everything in its order, with what it was answered before the end', async () => {
    const client = await new BrokerFixture().connect();
    subscribe(client, 's', '/topic/a');
    client.channel.pause();
    for (let count = 0; count < 5; count++) client.send('SEND', { destination: '/topic/a' }, String(count));
    client.send('DISCONNECT', { receipt: 'bye' });
    client.channel.resume();
    await settled();
    const messages = ['0', '1', '2', '3', '4'].map((text) => `MESSAGE ${text}`);
    assert.deepEqual(client.take(), [...messages, 'RECEIPT']);
    assert.equal(client.end?.code, 1000);
  });
});
