import { report } from './report.ts';

/** What of the library's face is used here; its own types exist only once it is built. */
interface Library {
  createGateway(options: Record<string, unknown>): { listen(): Promise<{ port: number }> };
}

/**
 * The gateway with its own broker at `/stomp`, and a relay at `/relay` if a broker's port is the
 * first argument.
 */
const library = (await import(new URL('../../gateway/index.js', import.meta.url).href)) as Library;
const broker = process.argv[2];
const gateway = library.createGateway({
  routes: ['/stomp=stomp:', ...(broker === undefined ? [] : [`/relay=stomp://127.0.0.1:${broker}`])],
  listen: '127.0.0.1:0',
  demo: false,
  maxSessions: 100_000,
  maxSessionsPerAddress: 100_000,
  maxConnections: 100_000,
  maxConnectionsPerAddress: 100_000,
  logLevel: 'warn',
});
report((await gateway.listen()).port);
