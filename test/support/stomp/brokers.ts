import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../machine/free-ports.ts';
import { end, type Program, said, start } from '../servers/program.ts';

/**
 * A real broker in its own process, on free ports of this machine, with its files in a temporary
 * folder.
 */
export interface RealBroker {
  /** STOMP over TCP. */
  readonly port: number;
  /** STOMP over WebSocket, at `/ws`; 0 if it has none. */
  readonly webPort: number;
  readonly login: string;
  readonly passcode: string;
  /** The process group of all its processes. */
  group(): number;
  /** Ends it as an operator does and starts it again on the same ports. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Debian's RabbitMQ with its plugins for STOMP and STOMP over WebSocket. Needs `rabbitmq-server`
 * and `epmd`.
 */
export async function startRabbitMq(): Promise<RealBroker> {
  const home = mkdtempSync(join(tmpdir(), 'rabbitmq-'));
  const [port, webPort, amqp, distribution, epmdPort] = await freePorts(5);
  writeFileSync(
    join(home, 'rabbitmq.conf'),
    [
      `listeners.tcp.1 = 127.0.0.1:${amqp}`,
      `stomp.listeners.tcp.1 = 127.0.0.1:${port}`,
      'web_stomp.tcp.ip = 127.0.0.1',
      `web_stomp.tcp.port = ${webPort}`,
      'log.console = true',
      'log.file = false',
      '',
    ].join('\n'),
  );
  writeFileSync(join(home, 'plugins'), '[rabbitmq_stomp,rabbitmq_web_stomp].\n');
  // The broker would start Erlang's port mapper as a daemon that outlives it. This one is a child
  // process and ends with the test.
  const epmd = start('epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'], process.env);
  const run = async (): Promise<Program> => {
    // The script in the PATH switches to another user and keeps its files elsewhere.
    const rabbit = start('/usr/lib/rabbitmq/bin/rabbitmq-server', [], {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      HOME: home,
      ERL_EPMD_PORT: String(epmdPort),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_NODENAME: `stomp-test-${port}@localhost`,
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
      RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'plugins'),
      RABBITMQ_MNESIA_BASE: join(home, 'mnesia'),
      RABBITMQ_LOG_BASE: join(home, 'log'),
      RABBITMQ_LOGS: '-',
      RABBITMQ_PID_FILE: join(home, 'pid'),
    });
    await said(rabbit, /Server startup complete/);
    return rabbit;
  };
  const clear = async (): Promise<void> => {
    await end(epmd);
    rmSync(home, { recursive: true, force: true });
  };
  const ports = { port: Number(port), webPort: Number(webPort) };
  return { ...ports, login: 'guest', passcode: 'guest', ...(await keep(run, clear)) };
}

const java = fileURLToPath(new URL('activemq/EmbeddedBroker.java', import.meta.url));

/** Where Debian's packages put the libraries of ActiveMQ. */
const ACTIVEMQ_LIBRARIES = ['/usr/share/activemq/lib/*', '/usr/share/java/slf4j-nop.jar'];

/**
 * Debian's ActiveMQ, embedded in a small Java program. Needs `activemq` and a JDK of 11 or later,
 * whose `java` runs a source file.
 */
export async function startActiveMq(): Promise<RealBroker> {
  const home = mkdtempSync(join(tmpdir(), 'activemq-'));
  const [port] = await freePorts(1);
  const run = async (): Promise<Program> => {
    const args = ['-Xmx256m', '-cp', ACTIVEMQ_LIBRARIES.join(':'), java, home, String(port)];
    const broker = start('java', args, process.env);
    await said(broker, /STOMP is served/);
    return broker;
  };
  const clear = async (): Promise<void> => rmSync(home, { recursive: true, force: true });
  return {
    port: Number(port),
    webPort: 0,
    login: 'system',
    passcode: 'manager',
    ...(await keep(run, clear)),
  };
}

/** Runs a broker until it is stopped. `clear` is called then, and also if it did not start. */
async function keep(
  run: () => Promise<Program>,
  clear: () => Promise<void>,
): Promise<Pick<RealBroker, 'group' | 'restart' | 'stop'>> {
  let broker = await run().catch(async (error: unknown) => {
    await clear();
    throw error;
  });
  return {
    group: () => broker.process.pid as number,
    async restart() {
      await end(broker);
      broker = await run();
    },
    async stop() {
      await end(broker);
      await clear();
    },
  };
}
