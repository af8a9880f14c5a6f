import assert from 'node:assert/strict';
import { connectStompJs, type StompJsClient, type StompJsMessage } from './stomp-js.ts';

interface Place {
  readonly url: string;
  readonly login: string;
  readonly passcode: string;
}

/** What a page with stompjs 2.3.3 does, over a native WebSocket and without the shim. */
export function stompJsSuite(place: () => Place): void {
  let clients: StompJsClient[] = [];
  let count = 0;

  const connect = async (watch?: (text: string) => void): Promise<StompJsClient> => {
    const { url, login, passcode } = place();
    const client = await connectStompJs(url, { login, passcode }, watch);
    clients.push(client);
    return client;
  };

  /** Sends a text to a queue and back. */
  const roundTrip = (client: StompJsClient, text: string): Promise<StompJsMessage> => {
    const destination = `/queue/js-${process.pid}-${++count}`;
    return new Promise((resolve) => {
      client.subscribe(destination, resolve);
      client.send(destination, {}, text);
    });
  };

  afterEach(async () => {
    await Promise.all(clients.map((client) => new Promise<void>((resolve) => client.disconnect(resolve))));
    clients = [];
  });

  it('brings a message there and back', async () => {
    assert.equal((await roundTrip(await connect(), 'grüße')).body, 'grüße');
  });

  for (const size of [40_000, 400_000]) {
    it(`brings ${size} characters of UTF-8 there and back, and each frame in a message of its own`, async () => {
      const messages: string[] = [];
      const client = await connect((text) => messages.push(text));
      const text = 'grüße € '.repeat(size / 8);
      const { body } = await roundTrip(client, text);
      assert.equal(body === text, true, `${body.length} of ${text.length}`);
      const cut = messages.filter((message) => !/\0\n?$|^\n$/.test(message));
      assert.deepEqual(
        cut.map(({ length }) => length),
        [],
      );
    });

    it(`brings ${size} characters with emoji there and back, uncut by the client`, async () => {
      const client = await connect();
      // At 16 KiB stompjs cuts through a pair, and a native WebSocket makes U+FFFD of each half.
      client.maxWebSocketFrameSize = 1024 ** 2;
      const text = 'grüße 😀'.repeat(size / 8);
      const { body } = await roundTrip(client, text);
      assert.equal(body === text, true, `${body.length} of ${text.length}`);
    });
  }

  it('acknowledges, and sends in a transaction', async () => {
    const client = await connect();
    const destination = `/queue/js-${process.pid}-${++count}`;
    const bodies: string[] = [];
    const done = new Promise<void>((resolve) => {
      client.subscribe(
        destination,
        (message) => {
          bodies.push(message.body);
          message.ack();
          if (bodies.length === 2) resolve();
        },
        { ack: 'client-individual' },
      );
    });
    const transaction = client.begin(`t${count}`);
    client.send(destination, { transaction: transaction.id }, 'in it');
    client.send(destination, {}, 'beside it');
    transaction.commit();
    await done;
    assert.deepEqual(bodies, ['beside it', 'in it']);
  });

  it('gets the receipt that it requested', async () => {
    const client = await connect();
    const receipt = new Promise<StompJsMessage>((resolve) => {
      client.onreceipt = resolve;
    });
    client.send(`/queue/js-${process.pid}-${++count}`, { receipt: '77' }, 'x');
    assert.equal((await receipt).headers['receipt-id'], '77');
  });
}
