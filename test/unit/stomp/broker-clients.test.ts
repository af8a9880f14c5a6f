import assert from 'node:assert/strict';
import { settled } from '../../support/stomp/pair.ts';
import { BrokerFixture, subscribe } from './broker-fixture.ts';

describe('the time of the embedded broker', () => {
  it('ends a connection without CONNECT', async () => {
    const fixture = new BrokerFixture();
    const client = fixture.open();
    await settled();
    fixture.clock.advance(10_000);
    assert.equal(client.last().headers.message, 'no CONNECT in time');
  });

  it('sends heart-beats in a pause only', async () => {
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

  it('gives up a client that is silent for twice its interval', async () => {
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

  it('leaves no timer after the end of a connection', async () => {
    const fixture = new BrokerFixture();
    const client = await fixture.connect({ 'heart-beat': '4000,4000' });
    client.channel.close({ code: 1001, reason: '' });
    await settled();
    assert.equal(fixture.clock.timers, 0);
    assert.equal(client.end?.code, 1001);
  });
});

describe('a client of the embedded broker that does not read', () => {
  it('is ended at its bound, and the others are served', async () => {
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
    const received = slow.take();
    // What waited is not kept for a page that may stay frozen.
    assert.ok(received.length < 4, `${received.length} frames`);
    assert.match(received.at(-1) ?? '', /^ERROR too much waits/);
    assert.equal(slow.end?.code, 1002);
  });
});

describe('a client of the embedded broker that reads late', () => {
  it('gets everything in order, the last answer before the end', async () => {
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
