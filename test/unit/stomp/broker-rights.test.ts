import assert from 'node:assert/strict';
import type { BrokerOptions } from '../../../gateway/stomp/broker/options.ts';
import { SERVER_COMMANDS } from '../../../gateway/stomp/frame.ts';
import { Rights } from '../../../gateway/stomp/rights.ts';
import { settled, stompPair } from '../../support/stomp/pair.ts';
import { ADDRESS, BrokerFixture } from './broker-fixture.ts';

const users: BrokerOptions['users'] = {
  anna: { passcode: 'a' },
  bert: { passcode: 'b', subscribe: ['/topic/news.*'], send: [] },
};

/** What a client gets for a SEND or SUBSCRIBE: a receipt, or an ERROR. */
async function answerTo(
  fixture: BrokerFixture,
  login: string,
  command: string,
  destination: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const passcode = login.slice(0, 1);
  const client = await fixture.connect({ login, passcode });
  client.send(command, { id: '1', receipt: 'r', destination, ...headers });
  await settled();
  const { command: said, headers: fields } = client.last();
  assert.equal(fields['receipt-id'], 'r');
  return said === 'ERROR' ? String(fields.message) : said;
}

const REFUSED = 'the destination is not allowed';

describe('the rights of the embedded broker', () => {
  it('are those of all clients', async () => {
    const rights = { subscribe: ['/topic/#'], send: ['/topic/chat', '/queue/*'] };
    const fixture = new BrokerFixture({ rights });
    const answer = (command: string, destination: string) => answerTo(fixture, 'x', command, destination);
    assert.equal(await answer('SUBSCRIBE', '/topic/a.b'), 'RECEIPT');
    assert.equal(await answer('SUBSCRIBE', '/queue/a'), REFUSED);
    assert.equal(await answer('SEND', '/topic/chat'), 'RECEIPT');
    assert.equal(await answer('SEND', '/topic/other'), REFUSED);
    assert.equal(await answer('SEND', '/queue/a'), 'RECEIPT');
  });

  it('are those of a login, within those of all', async () => {
    const fixture = new BrokerFixture({ users, rights: { subscribe: ['/topic/#'] } });
    assert.equal(await answerTo(fixture, 'anna', 'SUBSCRIBE', '/topic/secret'), 'RECEIPT');
    assert.equal(await answerTo(fixture, 'anna', 'SUBSCRIBE', '/queue/a'), REFUSED);
    assert.equal(await answerTo(fixture, 'bert', 'SUBSCRIBE', '/topic/news.today'), 'RECEIPT');
    assert.equal(await answerTo(fixture, 'bert', 'SUBSCRIBE', '/topic/secret'), REFUSED);
    assert.equal(await answerTo(fixture, 'bert', 'SEND', '/topic/news.today'), REFUSED);
  });

  it('are not widened by a wildcard, an escape or a transaction', async () => {
    const fixture = new BrokerFixture({ users });
    for (const destination of [
      '/topic/news.#',
      '/topic/*',
      '/topic/>',
      '/topic/news.%23',
      '/topic/news.a,/topic/b',
    ]) {
      assert.equal(await answerTo(fixture, 'bert', 'SUBSCRIBE', destination), REFUSED, destination);
    }
    const client = await fixture.connect({ login: 'bert', passcode: 'b' });
    client.send('BEGIN', { transaction: 't' });
    client.send('SEND', { transaction: 't', destination: '/queue/a' });
    await settled();
    assert.equal(client.last().command, 'ERROR');
  });

  it('are those of a route, too', async () => {
    const fixture = new BrokerFixture();
    const [channel, client] = stompPair(SERVER_COMMANDS);
    const rights = new Rights({ subscribe: ['/topic/public'] });
    fixture.broker.accept(channel, { carrier: 'native', address: ADDRESS, log: fixture.parts.log, rights });
    client.send('CONNECT', { 'accept-version': '1.2' });
    client.send('SUBSCRIBE', { id: '1', destination: '/topic/private' });
    await settled();
    assert.equal(client.last().command, 'ERROR');
  });

  it('that refuse are in the log with login, destination and option', async () => {
    const fixture = new BrokerFixture({ users });
    await answerTo(fixture, 'bert', 'SEND', '/topic/news.today');
    const line = JSON.parse(String(fixture.lines.at(-1)).replace('stomp error ', ''));
    assert.deepEqual(
      [line.code, line.login, line.destination, line.option],
      ['GW_STOMP_DESTINATION', 'bert', '/topic/news.today', 'stomp.send'],
    );
  });
});
