import assert from 'node:assert/strict';
import { MessageReader } from '../../../gateway/dialect/sockjs-messages.ts';
import { MalformedError } from '../../../gateway/protocol/unit.ts';
import { readToken } from '../../../gateway/transport/body-gates.ts';
import { parseFallbackPath } from '../../../gateway/transport/fallback-path.ts';
import { decodeForm } from '../../../gateway/transport/legacy/form.ts';
import { jsString } from '../../../gateway/transport/legacy/js-string.ts';
import { decodePercent, encodeCall } from '../../../gateway/transport/legacy/script.ts';
import { FormField } from '../../../gateway/transport/sockjs/form-field.ts';
import { parseSockJsPath } from '../../../gateway/transport/sockjs/path.ts';
import type { Random } from '../../support/random.ts';
import { mutate, randomBytes, randomText } from '../inputs.ts';
import { type FuzzTarget, fuzzTarget } from '../target.ts';

/** JSON near to what a client of SockJS sends. */
function randomJson(random: Random): string {
  const value = (): unknown =>
    random.chance(0.9) ? randomText(random, 8) : random.pick([1, null, true, {}, [], ['a'], -0.5]);
  const all = Array.from({ length: random.int(0, 5) }, value);
  return random.chance(0.8) ? JSON.stringify(all) : JSON.stringify(value());
}

/** What a body means to JSON.parse; undefined if it is not JSON, or not an array of text. */
function expectedMessages(json: Buffer): string[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json));
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) return undefined;
  return value.map((one: string) => Buffer.from(one).toString());
}

function messagesIn(json: Buffer): string[] | undefined {
  try {
    return new MessageReader(json).rest().map(({ text }) => text);
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

function randomPath(random: Random): string {
  const segment = (): string =>
    random.pick([
      ...['', 'echo', '_fallback', 'v1', 'v2', 'create', 'xhr', 'xhr_send', 'info', 'iframe.html'],
      ...['iframe-1.6.1.html', 'iframe.js', 'websocket', '000', 'a.b', '\\', '\\evil.test', '%2f', '..'],
    ]);
  return `/${Array.from({ length: random.int(0, 7) }, segment).join('/')}`;
}

export const targets: readonly FuzzTarget[] = [
  fuzzTarget<Buffer>({
    name: 'sockjs-messages',
    input: (random) => {
      const json = Buffer.from(randomJson(random));
      return random.chance(0.6) ? mutate(random, json) : json;
    },
    run: (input) => assert.deepEqual(messagesIn(input), expectedMessages(input)),
  }),
  fuzzTarget<string>({
    name: 'form-field',
    input: (random) => {
      const pair = (): string =>
        `${random.pick(['a', 'd', 'dd'])}=${encodeURIComponent(randomText(random, 6))}`;
      const form = Array.from({ length: random.int(0, 4) }, pair)
        .join('&')
        .replaceAll('%20', '+');
      return random.chance(0.5) ? form : mutate(random, Buffer.from(form)).toString('latin1');
    },
    run: (input) => {
      const form = Buffer.from(input, 'latin1');
      const decoded = new FormField(form, 'd').decode() as Buffer;
      // A name that is encoded is not looked for, and invalid UTF-8 is left for others to find.
      if (/%|[^ -~]/.test(input.replaceAll(/%[0-9a-f]{2}/gi, ''))) return;
      if (/(?:^|&)[^=&]*%/.test(input) || !/(?:^|&)d=/.test(input)) return;
      // A question mark at the beginning would be taken for that of a URL.
      const found = new URLSearchParams(`x=&${input}`).get('d') ?? '';
      if (!found.includes('\ufffd')) assert.equal(decoded.toString(), found);
    },
  }),
  fuzzTarget<Buffer>({
    name: 'legacy-form',
    input: (random) => {
      const form = Buffer.from(`b=${encodeURIComponent(encodeURIComponent(randomText(random, 8)))}`);
      return random.chance(0.5) ? mutate(random, form) : form;
    },
    run: (input) => {
      const body = decodeForm(input.toString('latin1'));
      if (body === undefined) return;
      const again = `b=${encodeURIComponent(encodeURIComponent(body.toString()))}`;
      assert.deepEqual(decodeForm(again), body);
    },
  }),
  fuzzTarget<string>({
    name: 'legacy-script',
    input: (random) => randomText(random, 40),
    run: (input) => {
      const script = jsString(input);
      assert.equal(JSON.parse(script), input);
      assert.doesNotMatch(script, /[<\u2028\u2029\ufeff\uffff]/);
      assert.ok(encodeCall('_fg1', input).endsWith(`(${script});`));
      decodePercent(input);
    },
  }),
  fuzzTarget<Buffer>({
    name: 'token-prefix',
    input: (random) => {
      const token = randomText(random, 6);
      const prefix = random.chance(0.5)
        ? Buffer.from(`${token};`)
        : Buffer.concat([Buffer.from([1, Buffer.byteLength(token)]), Buffer.from(token)]);
      return mutate(random, Buffer.concat([prefix, randomBytes(random, 8)]));
    },
    run: (input) => {
      const read = readToken(input);
      if (read === undefined) return;
      assert.ok(read.token.length > 0 && read.end <= input.length);
      // What comes behind the prefix does not change it.
      assert.deepEqual(readToken(input.subarray(0, read.end)), read);
    },
  }),
  fuzzTarget<string>({
    name: 'paths',
    input: randomPath,
    run: (input) => {
      const fallback = parseFallbackPath(input);
      if (fallback !== undefined) {
        const { base, node, token, action } = fallback;
        const hint = node === undefined ? '' : `${node}~/`;
        const rest = token === undefined ? action : `${token}/${action}`;
        assert.equal(`${base}/_fallback/v1/${hint}${rest}`, input);
      }
      for (const route of ['', '/echo']) {
        if (!input.startsWith(route)) continue;
        const address = parseSockJsPath(input, route);
        if (address === undefined) continue;
        assert.ok(address.base.startsWith(route) && input.startsWith(address.base));
        const { host } = new URL(`${address.base}/iframe.js`, 'http://gateway.test');
        assert.equal(host, 'gateway.test');
      }
    },
  }),
];
