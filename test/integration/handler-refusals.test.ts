import assert from 'node:assert/strict';
import type { Handler, HandlerOptions, HandlerRequest } from '../../gateway/index.ts';
import { closeFallbackClients, openFallback, openNative, refused } from '../support/clients/either-client.ts';
import { startGateway } from '../support/servers/gateway.ts';

const nothing = (): void => {};
const withStatus = (fields: object): Error => Object.assign(new Error('not you'), fields);

describe('a handler', () => {
  let stop = async (): Promise<void> => {};

  const serve = async (handler: Handler, settings: Partial<HandlerOptions> = {}): Promise<number> => {
    const { port, close } = await startGateway({ routes: [], connectTimeout: '100ms' }, (gateway) =>
      gateway.route('/handler', handler, settings),
    );
    stop = close;
    return port;
  };

  afterEach(async () => {
    closeFallbackClients();
    await stop();
  });

  for (const [kind, open] of [
    ['a native client', openNative],
    ['a client on a fallback', openFallback],
  ] as const) {
    describe(`with ${kind}`, () => {
      for (const [what, thrown, status] of [
        ['the status of its error', withStatus({ status: 403 }), 403],
        ['the statusCode of its error', withStatus({ statusCode: 401 }), 401],
        ['500 for another error', new Error('bug'), 500],
        ['500 for a status that refuses nothing', withStatus({ status: 200 }), 500],
        ['500 for what is no error', undefined, 500],
      ] as const) {
        it(`refuses it with ${what}`, async () => {
          const port = await serve(() => {
            throw thrown;
          });
          await refused(open(port, '/handler'), status);
        });

        it(`refuses it with ${what}, when it is async`, async () => {
          const port = await serve(async () => {
            throw thrown;
          });
          await refused(open(port, '/handler'), status);
        });
      }

      it('closes it alone with 1011 when its promise is rejected later', async () => {
        const port = await serve(async (socket, { url }) => {
          socket.on('message', (data) => socket.send(String(data)));
          await new Promise(setImmediate);
          if (url === '/handler/bad') throw new Error('bug');
        });
        const [good, bad] = [await open(port, '/handler/good'), await open(port, '/handler/bad')];
        assert.equal(await bad.closed, '1011,handler failed');
        good.send('still here');
        assert.equal(await good.next(), 'still here');
      });

      it('serves it while its promise is pending', async () => {
        const port = await serve((socket) => {
          socket.send('hello');
          return new Promise(nothing);
        });
        assert.equal(await (await open(port, '/handler')).next(), 'hello');
      });

      for (const [what, verdict, status] of [
        ['401 for false', false, 401],
        ['its status', 429, 429],
        ['500 for a status that refuses nothing', 302, 500],
      ] as const) {
        for (const [how, verifyClient] of [
          ['', () => verdict],
          [', later', () => new Promise((resolve) => setImmediate(resolve, verdict))],
        ] as [string, HandlerOptions['verifyClient'] & {}][]) {
          it(`is not called if verifyClient refuses it: ${what}${how}`, async () => {
            let calls = 0;
            const port = await serve(() => calls++, { verifyClient });
            await refused(open(port, '/handler'), status);
            assert.equal(calls, 0);
          });
        }
      }

      it('is called if verifyClient accepts it, with the same request', async () => {
        const seen: HandlerRequest[] = [];
        const verifyClient = async (request: HandlerRequest): Promise<boolean> => {
          seen.push(request);
          return request.headers.host !== undefined;
        };
        const port = await serve((_socket, request) => seen.push(request), { verifyClient });
        await open(port, '/handler?user=anna');
        assert.equal(seen[0]?.url, '/handler?user=anna');
        assert.equal(seen[1], seen[0]);
      });

      it('is not called if verifyClient throws, is rejected, or never answers', async () => {
        let calls = 0;
        for (const [verifyClient, status] of [
          [
            () => {
              throw withStatus({ status: 403 });
            },
            403,
          ],
          [() => Promise.reject(withStatus({ status: 403 })), 403],
          [() => new Promise<boolean>(nothing), 502],
        ] as [HandlerOptions['verifyClient'] & {}, number][]) {
          const port = await serve(() => calls++, { verifyClient });
          await refused(open(port, '/handler'), status);
          await stop();
        }
        assert.equal(calls, 0);
      });
    });
  }
});
