import net from 'node:net';
import { serve } from './report.ts';

/**
 * Two sockets and `pipe`: the floor of the spliced native path. The backend's port is the first
 * argument.
 */
const backend = Number(process.argv[2]);

serve(
  net.createServer({ noDelay: true }, (client) => {
    const upstream = net.connect({ port: backend, host: '127.0.0.1', noDelay: true });
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  }),
);
