import assert from 'node:assert/strict';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { startOldApplication } from '../support/servers/old-application.ts';
import { type EngineName, run } from './engine.ts';

const ENGINES: readonly EngineName[] = ['phantomjs-1.9', 'htmlunit-ie8', 'htmlunit-ie9'];

describe('an application of its time behind --app, with nothing changed in it, works in', function () {
  this.timeout(90_000);

  for (const engine of ENGINES) {
    it(engine, async function () {
      requireOrSkip(this, engine);
      const application = await startOldApplication();
      const gateway = await startGateway({ app: `http://127.0.0.1:${application.port}`, jsonp: false });
      try {
        const { done, output } = await run(engine, `http://127.0.0.1:${gateway.port}/`, { seconds: 60 });
        assert.ok(done, `${output}\n${application.seen.join('\n')}`);
        const steps = application.seen.filter((step) => !/favicon/.test(step));
        assert.deepEqual(steps, [
          'GET / false',
          'POST /login false',
          'user=anna',
          'GET /chat.html true',
          'a socket',
        ]);
      } finally {
        await gateway.close();
        await application.close();
      }
    });
  }
});
