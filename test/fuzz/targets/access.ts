import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { HostNames } from '../../../gateway/access/hosts.ts';
import { OriginPolicy } from '../../../gateway/access/origins.ts';
import { originOfUrl, serializeOrigin } from '../../../gateway/base/origin.ts';
import { TrustedProxies } from '../../../gateway/http/forwarded.ts';
import type { Random } from '../../support/random.ts';
import { randomText } from '../inputs.ts';
import { type FuzzTarget, fuzzTarget } from '../target.ts';

const PARTS = [
  ...['http://', 'https://', 'HTTP://', 'null', '*', 'localhost', 'app.example', 'APP.example', '.', ':'],
  ...['80', '443', ':8080', '[::1]', '[', ']', '127.0.0.1', '10.0.0.1', '::ffff:10.0.0.1', '2001:db8::7'],
  ...['/', '?', '#', '@', '\\', ',', ', ', ' ', '\t', '%00', 'xn--e1a', '_', '-', '0x7f', '99999'],
];

function randomParts(random: Random): string {
  return Array.from({ length: random.int(0, 6) }, () =>
    random.chance(0.85) ? random.pick(PARTS) : randomText(random, 3),
  ).join('');
}

/**
 * Whether browsers write this host otherwise than it stands: numbers are read as IPv4 addresses.
 */
const isRewritten = (origin: string): boolean => /[[\]]|[./]\d[^./]*\.?(?::\d+)?$|0x/.test(origin);

const hosts = new HostNames(['app.example'], 'box.intra');
const policy = new OriginPolicy(['http://app.example']);
const proxies = new TrustedProxies(['10.0.0.0/8', '::1/128']);

export const targets: readonly FuzzTarget[] = [
  fuzzTarget<string>({
    name: 'origins',
    input: randomParts,
    run(input) {
      const origin = serializeOrigin(input);
      if (origin !== undefined) assert.equal(serializeOrigin(origin), origin);
      const ofUrl = originOfUrl(input);
      if (ofUrl === undefined || isRewritten(ofUrl) || !URL.canParse(input)) return;
      assert.equal(ofUrl, new URL(input).origin);
    },
  }),
  fuzzTarget<string>({
    name: 'origin-policy',
    input: randomParts,
    run(input) {
      const match = policy.match(input, 'https://gw');
      if (match !== undefined)
        assert.match(input, /^(?:https:\/\/gw(?::443)?|http:\/\/app\.example(?::80)?)$/i);
    },
  }),
  fuzzTarget<string>({
    name: 'host-names',
    input: (random) => randomParts(random).toLowerCase(),
    run(input) {
      if (!hosts.accepts(input)) return;
      const { hostname } = new URL(`http://${input.replace(/:\d+$/, '')}`);
      const isKnown = /^(?:localhost|app\.example|box|box\.intra)\.?$/.test(hostname);
      assert.ok(isKnown || isIP(hostname) === 4 || isIP(hostname.slice(1, -1)) === 6, hostname);
    },
  }),
  fuzzTarget<string>({
    name: 'forwarded-headers',
    input: (random) => Array.from({ length: 3 }, () => randomParts(random)).join('\n'),
    run(input) {
      const [chain = '', scheme, host] = input.split('\n');
      const fields: Record<string, string | undefined> = {
        'x-forwarded-for': chain,
        'x-forwarded-proto': scheme,
        'x-forwarded-host': host,
        host: 'gw',
      };
      for (const address of ['10.0.0.1', '192.0.2.1']) {
        const client = proxies.clientOf({ address, secure: false, header: (name) => fields[name] });
        for (const entry of client.forwardedFor.split(', ')) assert.notEqual(isIP(entry), 0, entry);
        assert.notEqual(isIP(client.remoteAddress), 0);
        if (address !== '10.0.0.1') assert.deepEqual([client.remoteAddress, client.host], [address, 'gw']);
      }
    },
  }),
];
