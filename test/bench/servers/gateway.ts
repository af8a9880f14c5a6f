import { Application, type Member } from './application.ts';
import { report } from './report.ts';

/** What of the library's face is used here; its own types exist only once it is built. */
interface Library {
  createGateway(options: Record<string, unknown>): {
    listen(): Promise<{ port: number; statusPort: number | undefined }>;
    route(path: string, handler: (socket: HandlerSocket) => void): void;
  };
}

interface HandlerSocket {
  send(text: string): void;
  on(event: 'message', listener: (data: { toString(): string }) => void): void;
  on(event: 'close', listener: () => void): void;
}

/**
 * The gateway, as a library, with `/echo` and `/push`. `--status` is an argument; another one is
 * the port of a backend, to which `/ws` leads.
 */
const library = (await import(new URL('../../gateway/index.js', import.meta.url).href)) as Library;
const args = process.argv.slice(2);
const backend = args.find((arg) => arg !== '--status');
const gateway = library.createGateway({
  routes: ['/echo=echo:', ...(backend === undefined ? [] : [`/ws=ws://127.0.0.1:${backend}`])],
  listen: '127.0.0.1:0',
  demo: false,
  maxSessions: 100_000,
  maxSessionsPerAddress: 100_000,
  maxConnections: 100_000,
  maxConnectionsPerAddress: 100_000,
  logLevel: 'warn',
  ...(args.includes('--status') && { status: '127.0.0.1:0' }),
});
const application = new Application();
gateway.route('/push', (socket) => {
  const member: Member = { send: (text) => socket.send(text) };
  application.join(member);
  socket.on('message', (data) => application.receive(member, data.toString()));
  socket.on('close', () => application.leave(member));
});
const { port, statusPort } = await gateway.listen();
report(port, statusPort);
