import type { Backend } from '../../../gateway/backend/backend.ts';
import { systemClock } from '../../../gateway/base/clock.ts';
import { silentLog } from '../../../gateway/base/log.ts';
import { NativeEndpoint, type NativeOptions } from '../../../gateway/native/native.ts';
import type { NativeConnection } from '../../../gateway/native/upgrade-request.ts';
import type { Servers } from './upstreams.ts';

interface NativeGatewayOptions extends NativeOptions {
  /** Is given each connection. */
  opened(connection: NativeConnection): void;
}

/**
 * Starts, among `servers`, what native clients meet of a gateway with one route, which leads to
 * `backend`; answers the port.
 */
export function nativeGateways(servers: Servers) {
  return (backend: Backend, { opened, ...changes }: Partial<NativeGatewayOptions> = {}): Promise<number> => {
    const options = { clock: systemClock, log: silentLog, maxMessage: 1 << 24, clientPing: 0, ...changes };
    const endpoint = new NativeEndpoint(options);
    return servers.upgrades((request) => {
      const connection = endpoint.connect(request, backend);
      opened?.(connection);
    });
  };
}
