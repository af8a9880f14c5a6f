import { once } from 'node:events';
import * as http from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { systemClock } from '../../../gateway/base/clock.ts';
import { silentLog } from '../../../gateway/base/log.ts';
import type { Link } from '../../../gateway/cluster/link.ts';
import { resolveOptions } from '../../../gateway/config/resolve.ts';
import { composeGateway, type ProcessGateway, type ProcessParts } from '../../../gateway/gateway.ts';
import type { GatewayOptions, GatewayParts } from '../../../gateway/index.ts';
import { rawHead } from '../clients/raw-http.ts';
import { MemoryNetwork } from './memory-network.ts';

/** One process of a gateway of several. */
export interface ClusterNode {
  readonly name: string;
  readonly gateway: ProcessGateway;
  readonly port: number;
}

/** Chooses the node that gets a request: its index. `body` is what came behind the head. */
export type Choose = (request: http.IncomingMessage, body: Buffer) => number;

export interface TestCluster {
  readonly nodes: readonly ClusterNode[];
  readonly network: MemoryNetwork;
  /** Port of a balancer in front of all nodes, which asks `choose` for each request. */
  readonly port: number;
  /** How the balancer chooses. @default the next node each time */
  choose: Choose;
  /** Starts one more node. */
  add(name: string, options?: GatewayOptions): Promise<ClusterNode>;
  close(): Promise<void>;
}

export interface ClusterSetting extends GatewayOptions {
  /** How many nodes: their names are a, b, c … @default 2 */
  readonly count?: number;
  readonly network?: MemoryNetwork;
  readonly parts?: GatewayParts;
  /** Called with each gateway before it listens. */
  readonly prepare?: (gateway: ProcessGateway) => void;
}

/** Makes a gateway that reaches others over a link. */
export function linkedGateway(
  options: GatewayOptions,
  link: Link,
  { clock = systemClock, log = silentLog }: GatewayParts = {},
  parts: ProcessParts = {},
): ProcessGateway {
  const resolved = resolveOptions({
    listen: '127.0.0.1:0',
    demo: false,
    jsonp: true,
    logLevel: 'silent',
    grace: 0,
    ...options,
  });
  return composeGateway(resolved, { clock, log }, () => ({ call: (entry) => entry }), { ...parts, link });
}

/** Starts several gateways in this process that are one, and a balancer in front of them. */
export async function startCluster(setting: ClusterSetting = {}): Promise<TestCluster> {
  const { count = 2, network = new MemoryNetwork(), parts, prepare, ...options } = setting;
  const nodes: ClusterNode[] = [];
  const add = async (name: string, more: GatewayOptions = {}): Promise<ClusterNode> => {
    const gateway = linkedGateway({ ...options, ...more }, network.link(name), parts);
    prepare?.(gateway);
    const { port } = await gateway.listen();
    const node = { name, gateway, port };
    nodes.push(node);
    return node;
  };
  for (let index = 0; index < count; index++) await add(String.fromCharCode(97 + index));
  // They tell each other of themselves in the next turns of the event loop.
  await new Promise((resolve) => setTimeout(resolve, 10));
  let turn = 0;
  const cluster: Omit<TestCluster, 'port' | 'close'> = {
    nodes,
    network,
    add,
    choose: () => turn++ % nodes.length,
  };
  const balancer = await startBalancer(
    (request, body) => (nodes[cluster.choose(request, body)] as ClusterNode).port,
  );
  return Object.assign(cluster, {
    port: balancer.port,
    async close() {
      await balancer.close();
      await Promise.all(nodes.map(({ gateway }) => gateway.close(0)));
    },
  });
}

const TOKEN = /([A-Za-z0-9_-]{1,32})\.[A-Za-z0-9_-]{22}/;

/** Sends each request of a session to a node that does not own it, and others to the next one. */
export function wrongNode(cluster: TestCluster): Choose {
  let turn = 0;
  return (request, body) => {
    turn++;
    const inPath = TOKEN.exec(request.url ?? '');
    const owner = (inPath ?? TOKEN.exec(body.toString('latin1', 0, 200)))?.[1];
    const others = cluster.nodes.flatMap(({ name }, index) => (name === owner ? [] : [index]));
    return others[turn % others.length] as number;
  };
}

/** Passes requests on to the port that `choose` gives for each, and WebSockets too. */
async function startBalancer(
  choose: (request: http.IncomingMessage, body: Buffer) => number,
): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const { method, url: path, headers } = request;
      const port = choose(request, body);
      const upstream = http.request({ host: '127.0.0.1', port, method, path, headers, agent });
      upstream.on('response', (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        response.flushHeaders();
        answer.pipe(response);
        answer.on('error', () => response.destroy());
      });
      upstream.on('error', () => response.destroy());
      response.on('close', () => upstream.destroy());
      upstream.end(body);
    });
  });
  server.on('upgrade', (request, socket, head) => {
    const upstream = connect(choose(request, head), '127.0.0.1');
    const fields = request.rawHeaders.flatMap((name, i, all) =>
      i % 2 === 0 ? [`${name}: ${all[i + 1]}`] : [],
    );
    upstream.write(Buffer.concat([rawHead(`GET ${request.url} HTTP/1.1`, fields), head]));
    socket.pipe(upstream).pipe(socket);
    upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
  });
  server.on('connection', (socket) => {
    if (!sockets.has(socket)) sockets.add(socket.on('close', () => sockets.delete(socket)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
