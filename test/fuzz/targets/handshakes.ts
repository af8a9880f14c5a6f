import assert from 'node:assert/strict';
import { type IncomingMessage, validateHeaderName, validateHeaderValue } from 'node:http';
import { Duplex } from 'node:stream';
import websocketDriver from 'websocket-driver';
import { WebSocketServer } from 'ws';
import type { Handshake } from '../../../gateway/backend/backend.ts';
import { forwardedHeaders } from '../../../gateway/backend/forwarded-headers.ts';
import { targetPath } from '../../../gateway/backend/target.ts';
import { RefusedError, RequestError } from '../../../gateway/base/errors.ts';
import { checkHandshake, checkVersion } from '../../../gateway/native/handshake-rules.ts';
import { checkHixieHandshake, hixieDraft } from '../../../gateway/native/hixie-handshake.ts';
import type { Random } from '../../support/random.ts';
import { handshake, target } from '../../support/servers/upstreams.ts';
import { mutate, randomText } from '../inputs.ts';
import { type FuzzTarget, fuzzTarget } from '../target.ts';

const MODERN = [
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
];
const HIXIE = [
  'Upgrade: WebSocket',
  'Connection: Upgrade',
  'Origin: http://example.com',
  'Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5',
  'Sec-WebSocket-Key2: 12998 5 Y3 1  .P00',
];
const OTHERS = [
  ...['Connection: keep-alive, Upgrade', 'Sec-WebSocket-Version: 8', 'Content-Length: 5', 'Upgrade: h2c'],
  ...['Sec-WebSocket-Protocol: chat, , x', 'Sec-WebSocket-Extensions: a; b=c', 'X-Real-IP: 1.1.1.1'],
];

/** Fields in lines, a few of them changed. */
function randomFields(random: Random, lines: readonly string[]): string {
  const kept = lines.filter(() => random.chance(0.9));
  if (random.chance(0.5)) kept.push(random.pick(OTHERS));
  const text = kept.join('\n');
  return random.chance(0.5) ? text : mutate(random, Buffer.from(text, 'latin1')).toString('latin1');
}

/** The handshake as Node tells it: values of repeated fields are joined. */
function parse(text: string): Handshake {
  const headers: Record<string, string> = Object.create(null);
  const rawHeaders: string[] = [];
  for (const line of text.split('\n')) {
    const [, name, value] = /^([^:\s]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    rawHeaders.push(name, value);
    const lower = name.toLowerCase();
    headers[lower] = headers[lower] === undefined ? value : `${headers[lower]}, ${value}`;
  }
  return handshake({ headers, rawHeaders });
}

/** Whether a check lets a handshake pass; it may refuse it in one way only. */
function passes(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch (error) {
    assert.ok(error instanceof RequestError, String(error));
    return false;
  }
}

const server = new WebSocketServer({ noServer: true, clientTracking: false });

/** What `ws` answers such a request. */
function answerOfWs({ headers }: Handshake): string {
  let answer = '';
  const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
    answer += chunk.toString('latin1');
    done();
  };
  const socket = new Duplex({ read: () => {}, write });
  Object.assign(socket, { setTimeout: () => {}, setNoDelay: () => {} });
  const request = { method: 'GET', url: '/', headers, socket } as unknown as IncomingMessage;
  server.handleUpgrade(request, socket, Buffer.alloc(0), (ws) => ws.on('error', () => {}));
  socket.destroy();
  return answer;
}

/** Paths with the parts by which one leaves a directory. */
function randomPath(random: Random): string {
  const parts = ['/', '..', '.', '%2e', '%2E', '\\', '%2f', '%5c', ';', '?', '#', 'a', 'app', '//', ' ', 'é'];
  const path = Array.from({ length: random.int(0, 8) }, () => random.pick(parts)).join('');
  return `/${path}${random.chance(0.2) ? randomText(random, 4) : ''}`;
}

export const targets: readonly FuzzTarget[] = [
  fuzzTarget<string>({
    name: 'handshake-rules',
    input: (random) => randomFields(random, MODERN),
    run(input) {
      const parsed = parse(input);
      const isAccepted = passes(() => {
        checkHandshake(parsed);
        checkVersion(parsed);
      });
      if (isAccepted) assert.match(answerOfWs(parsed), /^HTTP\/1\.1 (101 |400 .*Protocol header)/s);
    },
  }),
  fuzzTarget<string>({
    name: 'hixie-handshake-rules',
    input: (random) => randomFields(random, HIXIE),
    run(input) {
      const parsed = parse(input);
      const draft = hixieDraft(parsed);
      if (draft === undefined || !passes(() => checkHixieHandshake(parsed))) return;
      const driver = websocketDriver.http({ method: 'GET', url: '/', headers: parsed.headers });
      driver.io.on('data', () => {});
      driver.start();
      if (draft === 76) driver.parse(Buffer.from('^n:ds[4U'));
    },
  }),
  fuzzTarget<string>({
    name: 'fields-to-upstream',
    input: (random) => randomFields(random, [...MODERN, ...OTHERS, `X: ${randomText(random, 5)}`]),
    run(input) {
      const fields = forwardedHeaders(parse(input), target(80));
      for (let index = 0; index < fields.length; index += 2) {
        const [name = '', value = ''] = fields.slice(index, index + 2);
        validateHeaderName(name);
        validateHeaderValue(name, value);
        assert.doesNotMatch(name, /^((upgrade|connection|x-real-ip)$|sec-websocket-)/i);
      }
    },
  }),
  fuzzTarget<string>({
    name: 'target-path',
    input: randomPath,
    run(input) {
      for (const path of ['/app', '/app/', undefined]) {
        let mapped: string;
        try {
          mapped = targetPath(target(80, { path }), handshake({ url: input, rest: input }));
        } catch (error) {
          assert.ok(error instanceof RefusedError, String(error));
          continue;
        }
        const { pathname } = new URL(`http://backend${mapped}`);
        assert.ok(path === undefined || pathname.startsWith('/app'), `${mapped} leads to ${pathname}`);
        const segments = (mapped.split('?', 1)[0] as string).split('/').length;
        assert.equal(pathname.split('/').length, segments, `${mapped} becomes ${pathname}`);
      }
    },
  }),
];
