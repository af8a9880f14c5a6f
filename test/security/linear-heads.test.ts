import assert from 'node:assert/strict';
import { HostNames } from '../../gateway/access/hosts.ts';
import { originOfUrl, serializeOrigin } from '../../gateway/base/origin.ts';
import { headerValue } from '../../gateway/base/raw-headers.ts';
import { PartialHead, parseFastHead } from '../../gateway/http/fast-head.ts';
import { TrustedProxies } from '../../gateway/http/forwarded.ts';
import { requestFault, upgradeFault } from '../../gateway/http/request-checks.ts';
import { parseTarget } from '../../gateway/http/target.ts';
import { cpuGrowth, cpuOf } from '../support/cpu-growth.ts';

/** Twice the size may cost twice the work, and a little for chance. */
const LINEAR = 2.6;
/**
 * Microseconds of CPU for a head of 16 KiB: ten times what a slow machine needs. Work that grows
 * with the square would take more than 200,000.
 */
const HEAD_BUDGET = 20_000;

function assertLinear(growth: number): void {
  assert.ok(growth < LINEAR, `${growth} times the work for twice the size`);
}

const start = 'GET / HTTP/1.1\r\nHost: gw\r\n';

/** Heads of about `size` bytes that would cost most where something is not linear. */
const HEADS: Readonly<Record<string, (size: number) => string>> = {
  'blanks in a value': (size) => `${start}X: a${' '.repeat(size)}b`,
  'tabs around a value': (size) => `${start}X:${'\t '.repeat(size / 2)}`,
  colons: (size) => `${start}X${':'.repeat(size)}`,
  'blanks and commas': (size) => `${start}X:${' ,'.repeat(size / 2)}`,
  'many fields': (size) => start + 'a:\r\n'.repeat(size / 4),
  'a long name': (size) => start + 'a'.repeat(size),
  'a path of slashes': (size) => `GET ${'/'.repeat(size)} HTTP/1.1\r\nHost: gw`,
  'blanks in the request line': (size) => `GET /${' '.repeat(size)} HTTP/1.1\r\nHost: gw`,
  'carriage returns': (size) => `${start}X: ${'\r'.repeat(size)}`,
};

describe('the work for a head is linear in its size', function () {
  this.timeout(60_000);

  for (const [what, text] of Object.entries(HEADS)) {
    const bytes = (size: number): Buffer => Buffer.from(`${text(size)}\r\n\r\n`);

    it(`on the fast path, with ${what}`, () => {
      const work = (head: Buffer): void => void parseFastHead(head);
      assertLinear(cpuGrowth(4_000, bytes, work));
      const longest = bytes(16_000);
      assert.ok(cpuOf(() => work(longest)) < HEAD_BUDGET);
    });

    it(`on the fast path byte by byte, with ${what}`, () => {
      const work = (head: Buffer): void => {
        const partial = new PartialHead();
        for (let index = 0; index < head.length; index++) partial.push(head.subarray(index, index + 1));
      };
      assertLinear(cpuGrowth(2_000, bytes, work));
    });
  }

  const fields = (name: string, value: (size: number) => string) => (size: number) => [name, value(size)];
  const cases: Readonly<Record<string, [(size: number) => unknown, (input: never) => void]>> = {
    'Transfer-Encoding': [
      fields('Transfer-Encoding', (size) => `${', '.repeat(size / 2)}x`),
      (raw: string[]) => void requestFault('/', raw),
    ],
    'many fields of an Upgrade': [
      (size) => Array.from({ length: size / 2 }, (_, index) => `x${index % 7}`),
      (raw: string[]) => void upgradeFault('/', raw),
    ],
    'a field that is repeated': [
      (size) => Array.from({ length: size / 2 }, () => 'x'),
      (raw: string[]) => void headerValue(raw, 'x')?.length,
    ],
    'an absolute target': [
      (size) => `http://${'a'.repeat(size)}@`,
      (target: string) => void parseTarget(target),
    ],
    Host: [(size) => `${'a.'.repeat(size / 2)}:`, (host: string) => void new HostNames([]).accepts(host)],
    Origin: [
      (size) => `${'a.'.repeat(size / 2)}://${'b.'.repeat(size / 2)}:1x`,
      (origin: string) => void serializeOrigin(origin),
    ],
    Referer: [(size) => `http://${'a.'.repeat(size)}@`, (url: string) => void originOfUrl(url)],
  };
  for (const [what, [input, work]] of Object.entries(cases)) {
    it(`in ${what}`, () => {
      assertLinear(cpuGrowth(4_000, input, work as (input: unknown) => void));
    });
  }

  const proxies = new TrustedProxies(['10.0.0.0/8', '::1/128']);
  for (const entry of ['10.0.0.1,', '::1,', ',', '1:', '[', ' ']) {
    it(`in X-Forwarded-For with ${JSON.stringify(entry)}`, () => {
      const input = (size: number): string => entry.repeat(size / entry.length);
      const work = (value: string): void => {
        proxies.clientOf({ address: '10.0.0.1', secure: false, header: () => value });
      };
      assertLinear(cpuGrowth(8_000, input, work));
      const longest = input(16_000);
      assert.ok(cpuOf(() => work(longest)) < HEAD_BUDGET);
    });
  }
});
