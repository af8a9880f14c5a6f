import { RefusedError } from '../base/errors.ts';
import { channelPair } from '../channel/channel-pair.ts';
import type { Accepted, Backend, Handshake } from './backend.ts';
import { GatewaySocket } from './gateway-socket.ts';
import { TextMemo } from './text-memo.ts';

/** The handshake as a handler gets it: the fields that it would read of Node's own request. */
export interface HandlerRequest {
  /** Path and query of the client's request. */
  readonly url: string;
  readonly method: 'GET';
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
  readonly socket: {
    /** The client's address, as trusted proxies tell it. */
    readonly remoteAddress: string;
    /** The client's connection is https or wss, as trusted proxies tell it. */
    readonly encrypted: boolean;
  };
}

/** A program in the same process that a route leads to. */
export type Handler = (socket: GatewaySocket, request: HandlerRequest) => void;

/** Settings of a route with a handler. */
export interface HandlerOptions {
  /** Bytes that may wait for a slow client before its socket is closed with 1013. */
  readonly maxBuffered: number;
  /**
   * Selects one of the subprotocols that the client offers, as the option of that name in `ws`
   * does. `false` selects none; a browser then fails the connection. @default the first
   */
  readonly handleProtocols?: (protocols: Set<string>, request: HandlerRequest) => string | false;
}

/**
 * A backend that calls `handler` for each client, native or not. If the handler throws, the client
 * is refused.
 */
export function handlerBackend(name: string, handler: Handler, options: HandlerOptions): Backend {
  const texts = new TextMemo();
  return {
    name,
    connect: async (handshake): Promise<Accepted> => {
      const request = requestOf(handshake);
      try {
        const protocol = select(request, handshake.protocols, options);
        const [channel, far] = channelPair(handshake.openAccount);
        handler(new GatewaySocket(far, protocol, options.maxBuffered, texts), request);
        return { channel, protocol };
      } catch (cause) {
        throw new RefusedError(`the handler failed: ${cause}`, 500, { cause });
      }
    },
  };
}

function select(request: HandlerRequest, protocols: readonly string[], options: HandlerOptions): string {
  if (protocols.length === 0) return '';
  if (!options.handleProtocols) return protocols[0] as string;
  return options.handleProtocols(new Set(protocols), request) || '';
}

function requestOf(handshake: Handshake): HandlerRequest {
  return {
    url: handshake.url,
    method: 'GET',
    headers: handshake.headers,
    rawHeaders: handshake.rawHeaders,
    socket: { remoteAddress: handshake.remoteAddress, encrypted: handshake.secure },
  };
}
