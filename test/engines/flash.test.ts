import { conformanceIn } from '../conformance/in-engine.ts';
import { startConformanceUpstream, type Upstream } from '../support/servers/conformance-upstream.ts';
import { startProgram } from '../support/servers/gateway-program.ts';

/** The shipped gateway, shim and movie, with a real player. */
describe('a WebSocket over Flash, in Chromium with Ruffle', () => {
  let upstream: Upstream;
  let gateway: Awaited<ReturnType<typeof startProgram>>;

  before(async () => {
    upstream = await startConformanceUpstream();
    const route = `/upstream=ws://127.0.0.1:${upstream.port}`;
    gateway = await startProgram(['--route', route, '--policy-port', '0', '--log-level', 'silent']);
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  conformanceIn({
    engine: 'flash',
    transport: 'flash-socket',
    tags: ['local', 'lines', 'echo', 'commands', 'refuse', 'transport'],
    path: '/upstream',
    // Ruffle is ten megabytes to compile, in five seconds for each try.
    warmUp: 12,
    gatewayPort: () => gateway.port,
  });
});
