import assert from 'node:assert/strict';
import { TrustedProxies } from '../../../gateway/http/forwarded.ts';

const proxies = new TrustedProxies(['10.0.0.0/8', '::1/128']);

function client(address: string, headers: Record<string, string> = {}, trusted = proxies) {
  return trusted.clientOf({
    address,
    secure: false,
    header: (name) => ({ host: 'GW:80', ...headers })[name],
  });
}

const forged = {
  'x-forwarded-for': '1.1.1.1',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'evil.example',
};

describe('forwarded header fields', () => {
  it('are dropped and made anew if they do not come from a trusted proxy', () => {
    const plain = { remoteAddress: '192.0.2.1', forwardedFor: '192.0.2.1', secure: false, host: 'gw:80' };
    assert.deepEqual(client('192.0.2.1', forged), plain);
    assert.deepEqual(client('10.0.0.1', forged, new TrustedProxies([])), {
      ...plain,
      remoteAddress: '10.0.0.1',
      forwardedFor: '10.0.0.1',
    });
  });

  it('are used and extended if they come from a trusted proxy', () => {
    const headers = {
      'x-forwarded-for': '192.0.2.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'App.Example',
    };
    assert.deepEqual(client('10.0.0.1', headers), {
      remoteAddress: '192.0.2.7',
      forwardedFor: '192.0.2.7, 10.0.0.1',
      secure: true,
      host: 'app.example',
    });
  });

  it('are used no further than the chain of trusted proxies goes', () => {
    const headers = { 'x-forwarded-for': '1.1.1.1, 192.0.2.7, 10.0.0.2' };
    assert.equal(client('10.0.0.1', headers).remoteAddress, '192.0.2.7');
  });

  it('are taken at the outermost trusted hop where proxies append', () => {
    const headers = { 'x-forwarded-for': '192.0.2.7, 10.0.0.2', 'x-forwarded-proto': 'http, https, http' };
    // The client forged the first entry, 10.0.0.2 wrote the second and 10.0.0.1 the third.
    assert.equal(client('10.0.0.1', headers).secure, true);
  });

  it('may be missing', () => {
    assert.deepEqual(client('10.0.0.1'), {
      remoteAddress: '10.0.0.1',
      forwardedFor: '10.0.0.1',
      secure: false,
      host: 'gw:80',
    });
  });

  it('may have ports, as IIS writes them', () => {
    for (const [written, address] of [
      ['192.0.2.7:50123', '192.0.2.7'],
      ['[2001:db8::7]:50123', '2001:db8::7'],
      ['[2001:db8::7]', '2001:db8::7'],
      ['2001:db8::7:5012', '2001:db8::7:5012'],
    ] as const) {
      const { remoteAddress, forwardedFor } = client('10.0.0.1', {
        'x-forwarded-for': `${written}, 10.0.0.2:99`,
      });
      assert.deepEqual([remoteAddress, forwardedFor], [address, `${address}, 10.0.0.2, 10.0.0.1`]);
    }
  });

  it('may hold rubbish, which goes no further', () => {
    const headers = { 'x-forwarded-for': 'unknown, "_x", 192.0.2.7\u0000, 300.1.1.1, fe80::1%x, 7' };
    assert.equal(client('10.0.0.1', headers).remoteAddress, '10.0.0.1');
    assert.equal(client('10.0.0.1', headers).forwardedFor, '10.0.0.1');
  });

  it('come from the same proxy over a dual-stack socket', () => {
    const { remoteAddress, forwardedFor } = client('::ffff:10.0.0.1', { 'x-forwarded-for': '192.0.2.7' });
    assert.deepEqual([remoteAddress, forwardedFor], ['192.0.2.7', '192.0.2.7, 10.0.0.1']);
  });

  it('come over IPv6 too', () => {
    assert.equal(client('::1', { 'x-forwarded-for': '2001:db8::7' }).remoteAddress, '2001:db8::7');
    assert.equal(client('::2', { 'x-forwarded-for': '2001:db8::7' }).remoteAddress, '::2');
  });
});
