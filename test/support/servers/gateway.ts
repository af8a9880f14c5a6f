import {
  createGateway,
  type Gateway,
  type GatewayAddress,
  type GatewayOptions,
} from '../../../gateway/index.ts';
import { startBehindEntry } from '../cluster/behind-entry.ts';
import { entryLinkFromEnvironment } from '../cluster/entry-links.ts';

/**
 * A gateway of the sources, in this process: for routes with a handler, and for what is seen from
 * inside. With the variable `ENTRY_LINK`, clients meet another gateway than the one that has their
 * sessions.
 */
export async function startGateway(
  options: GatewayOptions = {},
  add: (gateway: Gateway) => void = () => {},
): Promise<GatewayAddress & { gateway: Gateway; close(): Promise<void> }> {
  const whole: GatewayOptions = {
    listen: '127.0.0.1:0',
    demo: false,
    jsonp: true,
    logLevel: 'silent',
    grace: 0,
    ...options,
  };
  const entryLink = entryLinkFromEnvironment();
  if (entryLink !== undefined) return startBehindEntry(entryLink, whole, add);
  const gateway = createGateway(whole);
  add(gateway);
  return { ...(await gateway.listen()), gateway, close: () => gateway.close(0) };
}
