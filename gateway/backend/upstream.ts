import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type ClientOptions, WebSocket } from 'ws';
import type { Clock } from '../base/clock.ts';
import { RefusedError } from '../base/errors.ts';
import { forEachHeader } from '../base/raw-headers.ts';
import { WsChannel } from '../channel/ws-channel.ts';
import { wsLimits } from '../channel/ws-limits.ts';
import type { Accepted, Backend, Handshake } from './backend.ts';
import { attempt } from './dial.ts';
import { connectionFailure, statusReason, usefulFields } from './failure.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { targetName, targetOrigin, targetPath, type UpstreamTarget } from './target.ts';

/** How connections to an upstream are made. */
export interface UpstreamOptions {
  readonly clock: Clock;
  /** Milliseconds until the handshake must be done. */
  readonly connectTimeout: number;
  /** Bytes a message from upstream may have; a longer one ends the connection with 1009. */
  readonly maxMessage: number;
  /**
   * Milliseconds of silence after which the upstream is pinged; 0 for never: some servers crash on
   * a ping.
   */
  readonly ping: number;
  /**
   * Offer permessage-deflate. @default false: it costs memory for each connection, and the user's
   * own line is not part of this connection.
   */
  readonly perMessageDeflate?: boolean;
}

/**
 * A WebSocket server. The gateway opens a connection of its own for each client. It sends a message
 * as one frame, and offers a subprotocol only if the page does: old servers fail with more.
 */
export function upstreamBackend(target: UpstreamTarget, options: UpstreamOptions): Backend {
  return {
    name: targetName(target),
    connect: (handshake, signal) => {
      const url = targetOrigin(target) + targetPath(target, handshake);
      const client: ClientOptions = {
        headers: fieldsOf(forwardedHeaders(handshake, target)),
        ...(target.ca === undefined ? {} : { ca: target.ca }),
        ...target.identity,
      };
      return openUpstream(options, handshake, signal, url, client);
    },
  };
}

/**
 * Opens a WebSocket for one client, with the subprotocols that it offers. `url` and `client` say
 * where to, and with which header fields.
 *
 * @throws RefusedError
 */
export function openUpstream(
  options: UpstreamOptions,
  handshake: Handshake,
  signal: AbortSignal,
  url: string,
  client: ClientOptions,
): Promise<Accepted> {
  const { clock, connectTimeout, ping } = options;
  return attempt<Accepted>({ clock, connectTimeout, signal }, ({ succeed, fail }) => {
    const ws = open(options, handshake, url, client);
    let socket: Socket;
    let cookies: readonly string[] = [];
    ws.on('upgrade', (response) => {
      socket = response.socket;
      if (handshake.anonymous !== true) cookies = cookiesOf(response);
    });
    ws.on('open', () => {
      const channel = new WsChannel(ws, socket, {
        clock,
        ping,
        isClient: true,
        openAccount: handshake.openAccount,
      });
      succeed({ channel, protocol: ws.protocol, cookies });
    });
    ws.on('unexpected-response', (_request, response) => {
      const { statusCode } = response;
      fail(new RefusedError(statusReason(statusCode), statusCode, { fields: usefulFields(response) }));
    });
    ws.on('error', (cause) => fail(connectionFailure(cause)));
    return () => ws.terminate();
  });
}

const CLIENTS_FAULT = { advice: 'the page has to offer each subprotocol once, as a token' };

function open(options: UpstreamOptions, handshake: Handshake, url: string, client: ClientOptions): WebSocket {
  try {
    return new WebSocket(url, [...handshake.protocols], {
      perMessageDeflate: options.perMessageDeflate ?? false,
      ...wsLimits(options.maxMessage),
      followRedirects: false,
      rejectUnauthorized: true,
      ...client,
    });
  } catch (cause) {
    // A subprotocol that is not a token, or the same one twice: the client's mistake.
    throw new RefusedError('unusable handshake', 400, { cause, remedy: CLIENTS_FAULT });
  }
}

/**
 * Cookies are ASCII (RFC 6265 §4.1.1). Other characters could change on their way to the browser.
 */
function cookiesOf(response: IncomingMessage): string[] {
  const cookies = response.headers['set-cookie'] ?? [];
  return cookies.filter((cookie) => /^[\t\x20-\x7e]*$/.test(cookie));
}

/**
 * Names and values in turn as Node's requests take them: a repeated field is sent repeatedly, which
 * takes an array. Node's types for it do not say so.
 */
export function fieldsOf(fields: readonly string[]): Record<string, string> {
  const groups: Record<string, string | string[]> = Object.create(null);
  forEachHeader(fields, (_lower, value, name) => {
    const before = groups[name];
    groups[name] = before === undefined ? value : [before, value].flat();
  });
  return groups as Record<string, string>;
}
