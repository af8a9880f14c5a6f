import type { Server } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { Accepted, Backend, Handshake } from '../backend/backend.ts';
import { nativeHeaders } from '../backend/forwarded-headers.ts';
import { targetPath } from '../backend/target.ts';
import { fieldsOf, openUpstream, type UpstreamOptions } from '../backend/upstream.ts';
import { MemorySocket } from './memory-socket.ts';

/**
 * An HTTP server of this process as a backend. Each client's handshake reaches it on a connection
 * of its own, as if the browser had made it: the server's listeners of `upgrade` see the request,
 * may refuse it with any status, and get a socket that speaks RFC 6455.
 */
export function serverBackend(server: Server, options: UpstreamOptions): Backend {
  const connect = (handshake: Handshake, signal: AbortSignal): Promise<Accepted> => {
    const { host } = handshake;
    const url = `ws://server.invalid${targetPath({ path: undefined }, handshake)}`;
    return openUpstream(options, handshake, signal, url, {
      headers: { ...fieldsOf(nativeHeaders(handshake)), Host: host || 'localhost' },
      createConnection: () => connectTo(server, handshake) as never,
    });
  };
  return { name: 'the WebSocket server of this process', connect };
}

/** The event by which Node's HTTP server takes a connection whose TLS, if any, is done. */
function connectTo(server: Server, { remoteAddress, secure }: Handshake): MemorySocket {
  const { near, far } = MemorySocket.pair({ remoteAddress, encrypted: secure });
  server.emit(server instanceof HttpsServer ? 'secureConnection' : 'connection', far);
  return near;
}
