import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { type GatewayProgram, startProgram } from '../support/servers/gateway-program.ts';
import { until } from '../support/until.ts';

const CHUNK = Buffer.alloc(64 * 1024, 'x');
const GIGABYTE = 16_384;

/** Bytes of a process that are in memory; undefined where the system does not say. */
function residentOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  return Number(kilobytes) * 1024;
}

describe('what streams through to an application and back', function () {
  this.timeout(120_000);
  let app: Server;
  let gateway: GatewayProgram;
  let received = 0;
  let isReading = true;
  let expectations = 0;
  let sent = 0;

  before(async () => {
    app = createServer((incoming, response) => {
      if (incoming.method === 'GET') {
        let left = GIGABYTE;
        const more = (): void => {
          let hasRoom = true;
          while (left > 0 && hasRoom) {
            left--;
            sent++;
            hasRoom = response.write(CHUNK);
          }
          if (left === 0) response.end();
        };
        response.on('drain', more);
        response.writeHead(200, { 'content-length': String(GIGABYTE * CHUNK.length) });
        more();
        return;
      }
      incoming.on('data', (chunk: Buffer) => {
        received += chunk.length;
      });
      if (!isReading) incoming.pause();
      incoming.on('end', () => response.end(String(received)));
    });
    app.on('checkContinue', (incoming, response) => {
      expectations++;
      response.writeContinue();
      app.emit('request', incoming, response);
    });
    await once(app.listen(0, '127.0.0.1'), 'listening');
    const { port } = app.address() as AddressInfo;
    gateway = await startProgram(['--app', `http://127.0.0.1:${port}`]);
  });
  after(async () => {
    app.closeAllConnections();
    app.close();
    await gateway.close();
  });

  /** A gigabyte does not fit in; what V8 has not collected yet does. */
  async function inBoundedMemory(work: () => Promise<void>): Promise<void> {
    const pid = gateway.process.pid as number;
    const before = residentOf(pid);
    let most = 0;
    const look = setInterval(() => {
      most = Math.max(most, residentOf(pid) ?? 0);
    }, 20);
    try {
      await work();
    } finally {
      clearInterval(look);
    }
    if (before !== undefined) assert.ok(most - before < 192 * 1024 ** 2, `${most - before} bytes more`);
  }

  it('a gigabyte down takes no memory', () =>
    inBoundedMemory(async () => {
      const [response] = await once(request({ port: gateway.port, host: '127.0.0.1' }).end(), 'response');
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
      });
      await once(response, 'end');
      assert.equal(size, GIGABYTE * CHUNK.length);
    }));

  it('a client that does not read stops the application', () =>
    inBoundedMemory(async () => {
      sent = 0;
      const socket = net.connect(gateway.port, '127.0.0.1');
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      socket.pause();
      let before = -1;
      await until('the application waits', () => {
        const isStill = sent > 0 && sent === before;
        before = sent;
        return isStill;
      });
      assert.ok(sent < GIGABYTE / 4, `${sent} chunks`);
      socket.destroy();
    }));

  it('200 MB up, after 100 (Continue) of the application, take no memory', () =>
    inBoundedMemory(async () => {
      received = 0;
      const total = 3_200 * CHUNK.length;
      const upload = request({
        ...{ port: gateway.port, host: '127.0.0.1', method: 'PUT' },
        headers: { 'content-length': total, expect: '100-continue' },
      });
      upload.flushHeaders();
      await once(upload, 'continue');
      assert.equal(received, 0);
      for (let sentChunks = 0; sentChunks < 3_200; sentChunks++) {
        if (!upload.write(CHUNK)) await once(upload, 'drain');
      }
      upload.end();
      const [response] = await once(upload, 'response');
      assert.equal(String(Buffer.concat(await response.toArray())), String(total));
      assert.equal(expectations, 1);
    }));

  it('an application that does not read stops the client', () =>
    inBoundedMemory(async () => {
      isReading = false;
      const socket = net.connect(gateway.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${GIGABYTE * CHUNK.length}\r\n\r\n`);
      let written = 0;
      const more = (): void => {
        while (written < GIGABYTE) {
          written++;
          if (!socket.write(CHUNK)) return;
        }
      };
      socket.on('drain', more);
      more();
      let before = -1;
      await until('the client waits', () => {
        const isStill = written === before;
        before = written;
        return isStill;
      });
      assert.ok(written < GIGABYTE / 4, `${written} chunks`);
      socket.destroy();
    }));
});
