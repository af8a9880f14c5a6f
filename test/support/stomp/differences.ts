import assert from 'node:assert/strict';
import { StompClient } from './stomp-client.ts';
import type { BrokerUnderTest } from './suite.ts';

/** What each broker does in its own way. */
export interface Differences {
  /**
   * What happens to a message after NACK: it is delivered again, or it is moved to a queue of that
   * name if it was sent with `persistent:true`.
   */
  readonly nack: 'again' | { readonly aside: string };
  /** Whether MESSAGE has the `receipt` header of the SEND. */
  readonly passesReceipt: boolean;
  /** When a SEND in a transaction gets its receipt. */
  readonly receiptInTransaction: 'at once' | 'at commit';
  /**
   * Whether the connection stays open after an ERROR for a valid frame that cannot be obeyed.
   */
  readonly survivesError: boolean;
  /** The wildcards for the rest of a topic. */
  readonly rest: readonly string[];
  /** Whether a text that was sent without `content-length` is delivered with one. */
  readonly countsText: boolean;
  /** Whether a subscription's id may be used twice. */
  readonly takesIdTwice: boolean;
  /** Whether `selector` picks messages. */
  readonly selects: boolean;
  /** Whether `reply-to:/temp-queue/…` names a queue of the sender alone. */
  readonly hasTemporary: boolean;
}

/** Checks the table of differences in docs/stomp.md with a broker. */
export function brokerDifferences(broker: () => BrokerUnderTest, expected: Differences): void {
  let clients: StompClient[] = [];
  let count = 0;

  afterEach(() => {
    for (const client of clients) client.end();
    clients = [];
  });

  const connect = async (): Promise<StompClient> => {
    const { at, login, passcode } = broker();
    const client = await StompClient.open(at);
    clients.push(client);
    client.send('CONNECT', { 'accept-version': '1.2', host: '/', login, passcode });
    await client.next('CONNECTED');
    return client;
  };
  const fresh = (kind: 'queue' | 'topic'): string => `/${kind}/differ-${process.pid}-${++count}`;

  const { nack, rest } = expected;

  it(`${nack === 'again' ? 'gives a message out again' : `puts a message on ${nack.aside}`} on NACK`, async () => {
    const destination = fresh('queue');
    const client = await connect();
    await client.ask('SUBSCRIBE', { id: 's', destination, ack: 'client-individual' });
    await client.ask('SEND', { destination, persistent: 'true' }, 'given back');
    const { frame } = await client.message();
    if (nack !== 'again') await client.ask('SUBSCRIBE', { id: 'aside', destination: nack.aside });
    await client.ask('NACK', client.acknowledgement(frame, '1.2'));
    const { text, headers } = await client.message();
    assert.equal(text, 'given back');
    assert.equal(headers.subscription, nack === 'again' ? 's' : 'aside');
    if (nack === 'again') await client.ask('ACK', { id: headers.ack });
  });

  it(`${expected.passesReceipt ? 'passes' : 'does not pass'} the receipt header of a SEND on`, async () => {
    const destination = fresh('queue');
    const client = await connect();
    await client.ask('SUBSCRIBE', { id: 's', destination });
    await client.ask('SEND', { destination }, 'x');
    assert.equal('receipt' in (await client.message()).headers, expected.passesReceipt);
  });

  it(`answers a SEND in a transaction ${expected.receiptInTransaction}`, async () => {
    const client = await connect();
    await client.ask('BEGIN', { transaction: 't' });
    client.send('SEND', { destination: fresh('topic'), transaction: 't', receipt: 'sent' }, 'x');
    await client.ask('SEND', { destination: fresh('topic') }, 'behind it');
    const came = client.frames.some(({ headers }) => headers.get('receipt-id') === 'sent');
    assert.equal(came ? 'at once' : 'at commit', expected.receiptInTransaction);
    await client.ask('COMMIT', { transaction: 't' });
    await client.next('RECEIPT', ({ headers }) => headers.get('receipt-id') === 'sent');
  });

  it(`${expected.survivesError ? 'goes on' : 'ends the connection'} behind an ERROR`, async () => {
    const client = await connect();
    client.send('COMMIT', { transaction: 'was-never-begun' });
    await client.next('ERROR');
    client.frames.splice(0);
    client.send('SEND', { destination: fresh('topic'), receipt: 'behind' }, 'x');
    const ended = await Promise.race([
      client.closed.then(() => true),
      client.next('RECEIPT').then(
        () => false,
        () => true,
      ),
    ]);
    assert.equal(ended, !expected.survivesError);
  });

  for (const word of ['#', '>']) {
    it(`${rest.includes(word) ? 'takes' : 'does not take'} ${word} for the rest of a topic`, async () => {
      const destination = fresh('topic');
      const client = await connect();
      await client.ask('SUBSCRIBE', { id: 's', destination: `${destination}.${word}` });
      await client.ask('SUBSCRIBE', { id: 'end', destination: `${destination}.end` });
      await client.ask('SEND', { destination: `${destination}.a.b` }, 'matches');
      await client.ask('SEND', { destination: `${destination}.end` }, 'the end');
      const { text } = await client.message();
      assert.equal(text === 'matches', rest.includes(word));
    });
  }

  it(`${expected.countsText ? 'counts' : 'does not count'} the bytes of a text that came without content-length`, async () => {
    const destination = fresh('queue');
    const client = await connect();
    await client.ask('SUBSCRIBE', { id: 's', destination });
    client.write(`SEND\ndestination:${destination}\n\ntext\0`);
    assert.equal('content-length' in (await client.message()).headers, expected.countsText);
  });

  it(`${expected.takesIdTwice ? 'takes' : 'refuses'} a subscription's id that is in use`, async () => {
    const client = await connect();
    await client.ask('SUBSCRIBE', { id: 's', destination: fresh('topic') });
    client.send('SUBSCRIBE', { id: 's', destination: fresh('topic') });
    if (expected.takesIdTwice) await client.ask('SEND', { destination: fresh('topic') }, 'x');
    else await client.next('ERROR');
  });

  it(`${expected.selects ? 'has' : 'has no'} selectors`, async () => {
    const destination = fresh('topic');
    const client = await connect();
    await client.ask('SUBSCRIBE', { id: 's', destination, selector: "colour = 'blue'" });
    await client.ask('SEND', { destination, colour: 'red' }, 'red');
    await client.ask('SEND', { destination, colour: 'blue' }, 'blue');
    assert.equal((await client.message()).text, expected.selects ? 'blue' : 'red');
  });
  it(`${expected.hasTemporary ? 'has' : 'has no'} temporary queues`, async () => {
    const destination = fresh('queue');
    const [asking, answering] = [await connect(), await connect()];
    await answering.ask('SUBSCRIBE', { id: 's', destination });
    await asking.ask('SEND', { destination, 'reply-to': '/temp-queue/mine' }, 'x');
    const { headers } = await answering.message();
    assert.equal(headers['reply-to'] !== '/temp-queue/mine', expected.hasTemporary);
  });
}
