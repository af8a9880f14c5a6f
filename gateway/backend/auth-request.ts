import { type Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { RequestError } from '../base/errors.ts';
import type { RawHeaders } from '../base/raw-headers.ts';
import type { Handshake } from './backend.ts';
import { type AttemptOptions, attempt } from './dial.ts';
import { connectionFailure } from './failure.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { withVouched } from './vouched.ts';

/** Where an auth server is. */
export interface AuthTarget {
  readonly secure: boolean;
  /** Name or address; an IPv6 address without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Path and query. */
  readonly path: string;
  /** Certificates that are trusted in place of the system's, in PEM form. */
  readonly ca?: Buffer | undefined;
}

/** What an auth server answered. Its body is nobody's business. */
export interface AuthAnswer {
  readonly status: number;
  readonly rawHeaders: RawHeaders;
}

/** `https://name:port`, for log lines: its path may hold a key. */
export function authName({ secure, hostname, port }: AuthTarget): string {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  return `${secure ? 'https' : 'http'}://${host}:${port}`;
}

/** Bytes of an answer's body that are read so that the connection can be used again. */
const MAX_BODY = 65_536;

/**
 * The fields by which an auth server decides, names and values in turn: those of the client's
 * handshake with its cookies and credentials, and what the request was. The names of the latter are
 * those that nginx's documents (ngx_http_auth_request_module), oauth2-proxy, Authelia and Traefik
 * use.
 */
export function authFields(handshake: Handshake, target: AuthTarget): string[] {
  const { url, secure, host } = handshake;
  const scheme = secure ? 'https' : 'http';
  const own = [
    ...['X-Original-URI', url, 'X-Original-URL', `${scheme}://${host}${url}`, 'X-Original-Method', 'GET'],
    ...['X-Forwarded-URI', url, 'X-Forwarded-Method', 'GET'],
  ];
  const names = own.filter((_, index) => index % 2 === 0);
  const { secure: isSecure, hostname, port } = target;
  const location = { secure: isSecure, hostname, port, path: undefined, headers: {} };
  const authority = authName(target).replace(/^.*\/\//, '');
  return forwardedHeaders(withVouched(handshake, names, own), { ...location, host: authority });
}

/**
 * Sends one GET without a body, as nginx's `auth_request` does.
 *
 * @throws RequestError 502 `GW_AUTH_FAILED`, 503 `GW_AUTH_TIMEOUT`; a RefusedError if `signal` ends
 * the attempt.
 */
export async function askAuth(
  target: AuthTarget,
  fields: readonly string[],
  agent: Agent,
  options: AttemptOptions,
): Promise<AuthAnswer> {
  const { clock, connectTimeout, signal } = options;
  const began = clock.now();
  try {
    return await attempt<AuthAnswer>(options, ({ succeed, fail }) => {
      let request = send(true);
      function send(mayRepeat: boolean) {
        const sent = requestOf(target, fields, agent, (response) => {
          drain(response);
          succeed({ status: response.statusCode ?? 0, rawHeaders: response.rawHeaders });
        });
        sent.on('error', (cause: NodeJS.ErrnoException) => {
          // The server ended an idle connection in the moment in which it was used again.
          if (mayRepeat && sent.reusedSocket && cause.code === 'ECONNRESET') request = send(false);
          else fail(connectionFailure(cause));
        });
        sent.end();
        return sent;
      }
      return () => request.destroy();
    });
  } catch (error) {
    if (signal.aborted) throw error;
    const name = authName(target);
    if (clock.now() - began >= connectTimeout) {
      const advice = `the auth server ${name} did not answer within ${connectTimeout} ms`;
      throw new RequestError('GW_AUTH_TIMEOUT', undefined, { advice });
    }
    throw new RequestError('GW_AUTH_FAILED', undefined, {
      advice: `the auth server ${name}: ${(error as Error).message}`,
    });
  }
}

function requestOf(
  { secure, hostname, port, path, ca }: AuthTarget,
  fields: readonly string[],
  agent: Agent,
  answered: (response: IncomingMessage) => void,
) {
  const options: RequestOptions & { ca?: Buffer } = {
    method: 'GET',
    hostname,
    port,
    path,
    headers: [...fields],
    agent,
    ...(ca !== undefined && { ca }),
  };
  return secure ? httpsRequest(options, answered) : httpRequest(options, answered);
}

function drain(response: IncomingMessage): void {
  let bytes = 0;
  response.on('error', () => {});
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BODY) response.destroy();
  });
}
