import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { WebSocket } from 'ws';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { FallbackClient } from '../support/clients/fallback-client.ts';

type Program = (
  library: typeof express,
  create: typeof createGateway,
) => { server: Server; gateway: Gateway };

/** README's program for Express, as a function of the two libraries. */
function programOfReadme(): Program {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const code = /```js[^\n]*\nimport express from 'express';\n([\s\S]*?)```/.exec(readme)?.[1];
  assert.ok(code, 'README has a program for Express');
  const body = code.replace(/^import .*$/gm, '').replace('app.listen(8080)', "app.listen(0, '127.0.0.1')");
  return new Function('express', 'createGateway', `${body}\nreturn { server, gateway };`) as Program;
}

describe('the program for Express in README', () => {
  let server: Server;
  let gateway: Gateway;
  let port: number;

  before(async () => {
    ({ server, gateway } = programOfReadme()(express, createGateway));
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });

  after(async () => {
    await gateway.close(0);
    server.close();
    server.closeAllConnections();
  });

  it('echoes over a WebSocket', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/chat`);
    await once(socket, 'open');
    socket.send('hello');
    assert.equal(String((await once(socket, 'message'))[0]), 'hello');
    socket.close();
  });

  it('opens a session on a fallback', async () => {
    const client = new FallbackClient(port);
    assert.ok((await client.create('/chat')).length > 0);
    client.close();
  });

  it('serves the shim, compressed, and leaves other paths to Express', async () => {
    const shim = await fetch(`http://127.0.0.1:${port}/shim/websocket.min.js`);
    assert.deepEqual([shim.status, shim.headers.get('content-encoding')], [200, 'gzip']);
    const other = await fetch(`http://127.0.0.1:${port}/other`);
    assert.match(await other.text(), /Cannot GET \/other/);
  });
});
