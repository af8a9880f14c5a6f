import assert from 'node:assert/strict';
import type { GatewayOptions } from '../../gateway/index.ts';
import { type CarrierUnderTest, carriers } from '../conformance/carriers.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { type RealBroker, startActiveMq, startRabbitMq } from '../support/stomp/brokers.ts';
import { type Place, runInPage, runsIn } from '../support/stomp/clients/in-realm.ts';
import { casesOf, type StompLibrary, stompLibraries, type Tag } from '../support/stomp/clients/libraries.ts';
import { stompJsSuite } from '../support/stomp/stomp-js-suite.ts';

type Route = NonNullable<GatewayOptions['routes']>[number];
type Results = ReadonlyMap<string, string | null>;

/** A route to a broker. */
interface Access {
  readonly name: string;
  readonly path: string;
  route(broker: RealBroker | undefined): Route;
  /** The gateway knows nothing of STOMP: heart-beats go end to end over every transport. */
  readonly isPlain?: true;
  /** What this access cannot do, and why. */
  readonly without?: Partial<Record<Tag, string>>;
}

interface BrokerUnderTest {
  readonly name: string;
  readonly programs: readonly string[];
  /** Absent: the gateway is the broker. */
  readonly start?: () => Promise<RealBroker>;
  readonly accesses: readonly Access[];
}

/**
 * STOMP 1.2, "ERROR": the server closes the connection. The big ones do so behind a malformed
 * frame, not behind one they cannot obey.
 */
const goesOn = { over: 'the connection goes on' };

const relay: Access = {
  name: 'by the relay',
  path: '/relay',
  route: (broker) => `/relay=stomp://127.0.0.1:${broker?.port}`,
  without: goesOn,
};

/**
 * By default RabbitMQ's WebSocket frames are text, and a body that is not UTF-8 ends the
 * connection.
 */
const textOnly = { ...goesOn, bytes: 'web_stomp.ws_frame is text' };

const brokers: readonly BrokerUnderTest[] = [
  {
    name: 'the embedded broker',
    programs: [],
    accesses: [{ name: 'in the gateway', path: '/stomp', route: () => '/stomp=stomp:' }],
  },
  {
    name: 'RabbitMQ',
    programs: ['rabbitmq-server', 'epmd'],
    start: startRabbitMq,
    accesses: [
      relay,
      {
        name: 'by its own WebSocket port',
        path: '/web',
        route: (broker) => `/web=ws://127.0.0.1:${broker?.webPort}/ws`,
        without: textOnly,
        isPlain: true,
      },
      {
        name: 'by its own WebSocket port, in whole frames',
        path: '/framed',
        route: (broker) => ({
          path: '/framed',
          backend: `ws://127.0.0.1:${broker?.webPort}/ws`,
          stomp: {},
        }),
        without: textOnly,
      },
    ],
  },
  {
    name: 'ActiveMQ',
    programs: ['activemq', 'java'],
    start: startActiveMq,
    accesses: [relay],
  },
];

for (const { name, programs, start, accesses } of brokers) {
  describe(`STOMP clients with ${name}`, function () {
    this.timeout(180_000);
    let broker: RealBroker | undefined;
    let gateway: Awaited<ReturnType<typeof startGateway>> | undefined;

    const startRoutes = (port = 0) =>
      startGateway({
        routes: accesses.map((access) => access.route(broker)),
        listen: `127.0.0.1:${port}`,
        jsonp: true,
      });

    before(async function () {
      this.timeout(120_000);
      for (const program of programs) requireOrSkip(this, program);
      broker = await start?.();
      gateway = await startRoutes();
    });
    after(async () => {
      await gateway?.close();
      await broker?.stop();
    });

    const credentials = () => ({ login: broker?.login ?? 'guest', passcode: broker?.passcode ?? 'guest' });
    const place = (path: string): Place => ({ port: gateway?.port ?? 0, path, headers: credentials() });

    async function restart(): Promise<void> {
      if (broker !== undefined) return broker.restart();
      const port = gateway?.port;
      await gateway?.close();
      gateway = await startRoutes(port);
    }

    for (const { name: access, path, isPlain = false, without = {} } of accesses) {
      describe(`${access}, stompjs 2.3.3 without the shim`, () => {
        stompJsSuite(() => ({ url: `ws://127.0.0.1:${gateway?.port}${path}`, ...credentials() }));
      });

      for (const carrier of carriers) {
        const tags = (['talk', 'large', 'bytes', 'binary', 'over'] as const).filter(
          (tag) => !(tag in without),
        );

        describe(`${access}, over ${carrier.name}`, () => {
          const results = new Map<StompLibrary, Results>();

          before(async () => {
            const beats = isPlain || carrier.transport === 'websocket';
            const options = { tags, beats, millis: 60_000 };
            const each = librariesOn(carrier).map(async (library) => {
              results.set(library, await runInPage(place(path), carrier, library, options));
            });
            await Promise.all(each);
          });

          for (const library of librariesOn(carrier)) {
            for (const one of casesOf(library, tags)) {
              it(`${library.name} ${one}`, () => assert.equal(results.get(library)?.get(one), null));
            }
          }
        });
      }
    }

    const pages = accesses.flatMap(({ name: access, path }) =>
      carriers.flatMap((carrier) =>
        librariesOn(carrier).map((library) => ({ access, path, carrier, library })),
      ),
    );

    // All at once, as it takes its time.
    describe('for as long as some heart-beats take', () => {
      const native = pages.filter(({ carrier }) => carrier.transport === 'websocket');
      const results = new Map<(typeof pages)[number], Results>();

      before(async () => {
        const options = { tags: ['beats'], beats: true, millis: 120_000 } as const;
        const each = native.map(async (page) => {
          results.set(page, await runInPage(place(page.path), page.carrier, page.library, options));
        });
        await Promise.all(each);
      });

      for (const page of native) {
        for (const one of casesOf(page.library, ['beats'])) {
          it(`${page.library.name} ${one}, ${page.access}`, () =>
            assert.equal(results.get(page)?.get(one), null));
        }
      }
    });

    describe('that is started again', () => {
      const results = new Map<(typeof pages)[number], Results>();

      before(async function () {
        this.timeout(300_000);
        const endings: Promise<void>[] = [];
        const connected = pages.map(
          (page) =>
            new Promise<void>((ready) => {
              const { path, carrier, library } = page;
              const options = { tags: ['restart'], beats: true, millis: 240_000, ready } as const;
              const end = runInPage(place(path), carrier, library, options).then((result) => {
                results.set(page, result);
                ready();
              });
              endings.push(end);
            }),
        );
        await Promise.all(connected);
        await restart();
        await Promise.all(endings);
      });

      for (const page of pages) {
        const { access, carrier, library } = page;
        it(`is found again by ${library.name} ${access}, over ${carrier.name}`, () => {
          assert.deepEqual([...(results.get(page)?.values() ?? [])], [null]);
        });
      }
    });
  });
}

function librariesOn(carrier: CarrierUnderTest): StompLibrary[] {
  return stompLibraries.filter((library) => runsIn(carrier, library));
}
