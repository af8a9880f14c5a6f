import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { isAlive } from '../../gateway/supervisor/private-directory.ts';
import { POLICY_REQUEST } from '../support/clients/policy-flood.ts';
import { childrenOf } from '../support/machine/supervisor-run.ts';
import { type GatewayProgram, startProgram } from '../support/servers/gateway-program.ts';
import { StompClient } from '../support/stomp/stomp-client.ts';
import { until } from '../support/until.ts';
import { ask } from '../unit/http/raw-client.ts';

describe('workers of one gateway share', function () {
  this.timeout(60_000);
  let folder: string;
  let file: string;
  let gateway: GatewayProgram | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-share-'));
    file = join(folder, 'gateway.yaml');
  });
  afterEach(async () => {
    await gateway?.close();
    gateway = undefined;
    rmSync(folder, { recursive: true });
  });

  /** Writes the config file. JSON is YAML. */
  function configure(options: object): void {
    writeFileSync(file, JSON.stringify({ routes: ['/stomp=stomp:', '/echo=echo:'], workers: 2, ...options }));
  }

  async function start(options: object = {}): Promise<GatewayProgram> {
    configure(options);
    gateway = await startProgram(['--config', file, '--log-format', 'json']);
    return gateway;
  }

  const portOf = ({ output }: GatewayProgram, what: string): number =>
    Number(new RegExp(`${what} port (\\d+)`).exec(output())?.[1]);

  /** Lines of the log with this message. */
  const lines = ({ output }: GatewayProgram, message: string): Record<string, unknown>[] =>
    output()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.includes(`"msg":"${message}"`))
      .map((line) => JSON.parse(line));

  async function connect(to: number | string): Promise<StompClient> {
    const client = await StompClient.open(to);
    client.send('CONNECT', { 'accept-version': '1.2' });
    await client.next('CONNECTED');
    return client;
  }

  const stomp = ({ port }: GatewayProgram): string => `ws://127.0.0.1:${port}/stomp`;

  it('one embedded broker, with the clients of its TCP port', async () => {
    const program = await start({ stompPort: '127.0.0.1:0' });
    const at = [stomp(program), stomp(program), stomp(program), portOf(program, 'stomp')];
    const clients: StompClient[] = [];
    for (const to of at) clients.push(await connect(to));
    const nodes = lines(program, 'connection opened').map(({ node }) => node);
    assert.equal(new Set(nodes.filter(Boolean)).size, 2, 'clients of both workers');
    for (const client of clients) await client.ask('SUBSCRIBE', { id: 's', destination: '/topic/all' });
    for (const [index, client] of clients.entries()) {
      await client.ask('SEND', { destination: '/topic/all' }, `from ${index}`);
      for (const one of clients) assert.equal((await one.message()).text, `from ${index}`);
    }
    assert.equal(await program.close(), 0);
    assert.deepEqual(await Promise.all(clients.map((client) => client.closed)), [1001, 1001, 1001, 0]);
  });

  it('a broker that a reload keeps, with its messages and clients, and its old options', async () => {
    const program = await start({ stompPort: '127.0.0.1:0' });
    const [before, tcp] = [await connect(stomp(program)), await connect(portOf(program, 'stomp'))];
    await before.ask('SUBSCRIBE', { id: 's', destination: '/topic/all' });
    await before.ask('SEND', { destination: '/queue/kept' }, 'kept');
    configure({ stompPort: '127.0.0.1:0', stomp: { users: { anna: 'secret' } } });
    program.process.kill('SIGHUP');
    await until('a reload', () => lines(program, 'reloaded').length === 1);
    assert.deepEqual(
      lines(program, 'the embedded broker goes on as it was').map(({ changed }) => changed),
      ['stomp'],
    );
    const after = await connect(stomp(program));
    await after.ask('SUBSCRIBE', { id: 'q', destination: '/queue/kept' });
    assert.equal((await after.message()).text, 'kept');
    await after.ask('SEND', { destination: '/topic/all' }, 'to the old worker');
    assert.equal((await before.message()).text, 'to the old worker');
    await tcp.ask('SEND', { destination: '/topic/all' }, 'from the port');
    for (const client of [before, after, tcp]) client.end();
  });

  it('a broker that a reload brings', async () => {
    const program = await start({ routes: ['/echo=echo:'] });
    configure({ routes: ['/echo=echo:', '/stomp=stomp:'] });
    program.process.kill('SIGHUP');
    await until('a reload', () => lines(program, 'reloaded').length === 1);
    (await connect(stomp(program))).end();
  });

  it('a broker that ends with them when the supervisor is killed', async function () {
    if (process.platform !== 'linux') return this.skip();
    const program = await start();
    const client = await connect(stomp(program));
    const processes = childrenOf(program.process.pid as number);
    assert.equal(processes.length, 3);
    program.process.kill('SIGKILL');
    assert.equal(await client.closed, 1001);
    await until('the end of all', () => !processes.some(isAlive));
  });

  it('a TCP port of the broker; if it is taken, a start and a reload are refused with one line', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    await assert.rejects(start({ stompPort: taken }), {
      message: new RegExp(`ended with 1: fallback-gateway: cannot listen on ${taken}: .*in use.*\n$`),
    });
    const program = await start();
    configure({ stompPort: taken });
    program.process.kill('SIGHUP');
    const refusals = () => lines(program, 'reload refused, nothing was changed');
    await until('a refusal', () => refusals().length === 1);
    assert.match(String(refusals()[0]?.reason), new RegExp(`^cannot listen on ${taken}: .*in use`));
    (await connect(stomp(program))).end();
    other.close();
  });

  it('the policies of Flash on both ports, and /healthz', async () => {
    const program = await start({ policyPort: 0, crossdomain: true });
    const policyPort = portOf(program, 'flash policy');
    const get = async (path: string) => (await fetch(`http://127.0.0.1:${program.port}${path}`)).text();
    for (let turn = 0; turn < 4; turn++) {
      for (const port of [policyPort, program.port])
        assert.match(await ask(port, POLICY_REQUEST), new RegExp(`to-ports="${program.port}"`));
      assert.match(await get('/crossdomain.xml'), /<allow-access-from domain="127.0.0.1"/);
      assert.equal(await get('/healthz'), 'ok\n');
    }
  });

  it('the bound of all connections, each its part, and name it whole', async () => {
    const program = await start({ maxConnections: 4, logLevel: 'warn' });
    const sockets: WebSocket[] = [];
    const statuses: (number | undefined)[] = [];
    for (let count = 0; count < 6; count++) {
      const socket = new WebSocket(`ws://127.0.0.1:${program.port}/echo`);
      sockets.push(socket);
      socket.on('error', () => {});
      statuses.push(
        await Promise.race([
          once(socket, 'open').then(() => 101),
          once(socket, 'unexpected-response').then(([, response]) => response.statusCode),
        ]),
      );
    }
    assert.deepEqual(statuses.toSorted(), [101, 101, 101, 101, 503, 503]);
    assert.match(String(lines(program, 'request refused')[0]?.remedy), /maxConnections: 8/);
    for (const socket of sockets) socket.terminate();
  });
});
