import { ConfigError } from '../base/errors.ts';

/** The first socket that a service manager passes on (sd_listen_fds(3)). */
const FIRST = 3;

/**
 * The descriptor of the socket that systemd listens on for this process; undefined without socket
 * activation. Removes the variables from `env`: they are not for processes that this one starts.
 */
export function inheritedSocket(env: NodeJS.ProcessEnv, pid: number): number | undefined {
  const { LISTEN_PID, LISTEN_FDS } = env;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete env[name];
  if (LISTEN_FDS === undefined || Number(LISTEN_PID) !== pid) return undefined;
  if (LISTEN_FDS === '1') return FIRST;
  throw new ConfigError(
    'GW_CONFIG',
    `LISTEN_FDS is ${LISTEN_FDS}: the gateway takes one socket, so write one ListenStream= in its socket unit`,
  );
}
