import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { createBody } from '../clients/fallback-client.ts';
import type { RunningGateway } from './repaired.ts';

/** What a client does at a gateway. Resolves with the answer in a line: status and text. */
export type Try = (gateway: RunningGateway) => Promise<string>;

type Fields = Readonly<Record<string, string>>;

/** A plain request. Further: what a case needs to see of a good answer's head. */
export function plain(method: string, path: string, headers: Fields = {}, body = ''): Try {
  return ({ port }) => send(port, method, path, headers, body);
}

function send(port: number, method: string, path: string, headers: Fields, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const length = method === 'POST' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
    const options = { port, method, path, agent: false, headers: { ...headers, ...length } };
    const request = httpRequest({ ...options, host: '127.0.0.1' }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      const done = (): void => {
        const readable = response.headers['access-control-allow-origin'] !== undefined ? ' (readable)' : '';
        resolve(`${response.statusCode}${readable} ${text.trim().split('\n')[0]?.slice(0, 160)}`.trim());
        request.destroy();
      };
      response.on('data', (chunk) => {
        text += chunk;
        if (text.includes('\n')) done();
      });
      response.on('end', done);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** A handshake of a WebSocket. */
export function upgrade(path: string, headers: Fields = {}): Try {
  return ({ port }) => handshake(port, path, headers);
}

function handshake(port: number, path: string, headers: Fields): Promise<string> {
  const fields: Fields = {
    host: `127.0.0.1:${port}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-version': '13',
    ...headers,
  };
  return raw(port, [`GET ${path} HTTP/1.1`, ...Object.entries(fields).map((field) => field.join(': '))]);
}

/** Lines of a head, exactly as they are. */
export function raw(port: number, lines: readonly string[]): Promise<string> {
  return bytes(port, Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
}

/** Bytes, whatever they are. Resolves with the answer as far as it came in one packet. */
export function bytes(port: number, given: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(given));
    socket.on('error', () => resolve('the connection is reset'));
    socket.on('close', () => resolve('the connection is closed'));
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      resolve(`${text.split(' ')[1]} ${text.split('\r\n\r\n')[1]?.split('\n')[0] ?? ''}`.trim());
      socket.destroy();
    });
  });
}

/** A `create` for a page of `origin`. Without `Origin` a same-origin script sends it. */
export function create(path: string, origin: string, headers: Fields = { origin }, query = ''): Try {
  return ({ port }) => {
    const body = createBody({ url: path, origin });
    return send(port, 'POST', `${path}/_fallback/v1/create${query}`, headers, body);
  };
}

/** A `create` by a script tag. */
export function createByScript(path: string): Try {
  return ({ port }) => {
    const origin = `http://127.0.0.1:${port}`;
    const body = encodeURIComponent(createBody({ url: path, origin }));
    return send(port, 'GET', `${path}/_fallback/v1/create?c=_fg1&b=${body}`, { referer: `${origin}/` }, '');
  };
}

/** The same as often as it takes: the last answer. */
export function times(count: number, attempt: Try): Try {
  return async (gateway) => {
    let answer = '';
    for (let index = 0; index < count; index++) answer = await attempt(gateway);
    return answer;
  };
}
