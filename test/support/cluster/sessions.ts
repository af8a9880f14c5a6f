import { type Answer, type Ask, createBody, FallbackClient } from '../clients/fallback-client.ts';
import type { ClusterNode, TestCluster } from './gateways.ts';

/** Clients of each node of a cluster, and sessions on a node of choice. */
export class ClusterClients {
  readonly #cluster: TestCluster;
  readonly #clients = new Map<string, FallbackClient>();

  constructor(cluster: TestCluster) {
    this.#cluster = cluster;
  }

  node(name: string): ClusterNode {
    const node = this.#cluster.nodes.find((one) => one.name === name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  /** A client whose requests all go to this node. */
  at(name: string): FallbackClient {
    const client = this.#clients.get(name) ?? new FallbackClient(this.node(name).port);
    this.#clients.set(name, client);
    return client;
  }

  /** Sends a `create` to a node. */
  create(
    at: string,
    fields: Readonly<Record<string, string | undefined>> = {},
    path = '/echo',
    more: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    // One name for all nodes, as behind a balancer.
    const headers = { 'x-fallback': 'create', host: 'localhost', ...more };
    const body = createBody({ url: path, origin: 'http://localhost', beside: '', ...fields });
    return this.at(at).ask(`${path}/_fallback/v1/create`, { headers, body });
  }

  /** The token of a new session on this node. */
  async sessionOn(name: string, path = '/echo'): Promise<string> {
    for (let attempt = 0; attempt < 100; attempt++) {
      const token = tokenOf(await this.create(name, {}, path));
      if (nodeOf(token) === name) return token;
    }
    throw new Error(`no nonce leads to ${name}`);
  }

  /** A GET of a session, with its token in the path. */
  get(at: string, token: string, action: string, query: string, ask: Ask = {}): Promise<Answer> {
    const path = `/echo/_fallback/v1/${token}/${action}?${query}`;
    return this.at(at).ask(path, { method: 'GET', ...ask });
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }
}

export function tokenOf({ status, body }: Answer): string {
  if (status !== 200) throw new Error(`create: ${status} ${body}`);
  return new URLSearchParams(body).get('token') ?? '';
}

export function nodeOf(token: string): string {
  return token.slice(0, token.indexOf('.'));
}
