import { urlHost } from '../base/url-host.ts';

/** What the system says about an address, in words, and what to do. */
const reasons: Readonly<Record<string, readonly [reason: string, advice: string]>> = {
  EADDRINUSE: [
    'the address is in use',
    'another program listens there, perhaps a gateway that was started before: end it, or take another port',
  ],
  EACCES: [
    'permission denied',
    'ports below 1024 are for root and for programs with CAP_NET_BIND_SERVICE' +
      ' (in a systemd unit AmbientCapabilities=CAP_NET_BIND_SERVICE); or take a port from 1024 on',
  ],
  EADDRNOTAVAIL: ['this machine does not have the address', '0.0.0.0 is every address that it has'],
  EAFNOSUPPORT: ['this machine has no IPv6', '0.0.0.0 is every IPv4 address that it has'],
  ENOTFOUND: ['the name is not known', 'take an address of this machine, or 0.0.0.0 for all of them'],
  EAI_AGAIN: [
    'the name cannot be looked up now',
    'take an address of this machine, or 0.0.0.0 for all of them',
  ],
  EMFILE: ['too many files are open', 'raise ulimit -n'],
};

/**
 * Node's error for an address that it could not listen on: `address` and `port`, or the name that
 * it could not resolve.
 */
type ListenError = NodeJS.ErrnoException & { address?: string; hostname?: string; port?: number };

/** One line for an address that could not be listened on. Undefined for any other error. */
export function listenFailure(error: unknown): string | undefined {
  const { code, syscall, address, hostname, port } = error as ListenError;
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') return undefined;
  const where = port === undefined ? hostname : `${urlHost(address ?? '')}:${port}`;
  const [reason, advice] = reasons[code ?? ''] ?? ['refused', ''];
  return `cannot listen on ${where}: ${reason} (${code})${advice && `; ${advice}`}`;
}
