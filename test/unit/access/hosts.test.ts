import assert from 'node:assert/strict';
import { HostNames } from '../../../gateway/access/hosts.ts';

const hosts = new HostNames(['gw.intra', 'app.example'], 'Box.Corp.Example');

describe('accepted Host names', () => {
  for (const host of [
    'localhost',
    'localhost:8080',
    'localhost.',
    '127.0.0.1:80',
    '10.1.2.3',
    '[::1]:8080',
    '[fe80::1]',
    'box',
    'box.corp.example:1',
    'gw.intra',
    'app.example.:443',
  ]) {
    it(`are ${host}`, () => assert.ok(hosts.accepts(host)));
  }

  for (const host of [
    '',
    'evil.example',
    'localhost.evil.example',
    'evil.localhost',
    '127.0.0.1.nip.io',
    '127.0.0.1.evil',
    '2130706433',
    '127.1',
    '0x7f.0.0.1',
    '[::1',
    '[evil]',
    'localhost:8080:1',
    'localhost:port',
    'localhost/',
    'user@localhost',
    'localhost, evil',
    'gw.intra\u0000',
    'constructor',
  ]) {
    it(`are not ${JSON.stringify(host)}`, () => assert.ok(!hosts.accepts(host)));
  }

  it('are refused with a line that names the option, and not the host', () => {
    assert.throws(() => hosts.check('evil.example'), { status: 421, message: /--host/ });
    assert.throws(
      () => hosts.check('evil.example'),
      (error: Error) => !error.message.includes('evil'),
    );
  });
});
