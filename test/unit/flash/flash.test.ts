import assert from 'node:assert/strict';
import { type LogFields, silentLog } from '../../../gateway/base/log.ts';
import { Flash } from '../../../gateway/flash/flash.ts';
import { POLICY_REQUEST } from '../../support/clients/policy-flood.ts';
import { TestClock } from '../../support/test-clock.ts';
import { ask } from '../http/raw-client.ts';

describe('the Flash side of a gateway', () => {
  let flash: Flash;
  const warnings: string[] = [];
  const refusals: unknown[] = [];

  /** On a gateway that serves on `port`; resolves with the policy port. */
  async function start(port: number, domains: string[] = [], crossdomain = false) {
    warnings.length = 0;
    refusals.length = 0;
    const log = {
      ...silentLog,
      warn: (line: string) => void warnings.push(line),
      info: (_line: string, fields?: LogFields) =>
        void refusals.push([fields?.remoteAddress, fields?.reason]),
    };
    const listen = crossdomain ? undefined : { host: '127.0.0.1', port: 0 };
    flash = new Flash({ listen, domains, crossdomain }, { clock: new TestClock(), log });
    return flash.listen(port);
  }
  afterEach(() => flash.close());

  it('names the port of the gateway in its policies, and no other', async () => {
    const policyPort = (await start(8080)) as number;
    const policy = await ask(policyPort, POLICY_REQUEST);
    assert.deepEqual([...new Set(policy.match(/to-ports="[^"]*"/g))], ['to-ports="8080"']);
    assert.deepEqual(warnings, []);
  });

  it('has connections that are no policy requests in the log, with their address', async () => {
    const policyPort = (await start(8080)) as number;
    assert.equal(await ask(policyPort, 'GET / HTTP/1.1\r\n\r\n'), '');
    assert.deepEqual(refusals, [['127.0.0.1', 'not a policy request']]);
  });

  it('warns if players will not accept its policy: one of a port from 1024 on, for a port below', async () => {
    await start(80);
    assert.match(
      warnings.join(),
      /^players take no policy for port 80 from port \d+: it must be below 1024$/,
    );
  });

  it('warns of *, also if only crossdomain.xml has it', async () => {
    await start(8080, ['*']);
    assert.equal(warnings.length, 1);
    flash.close();
    await start(8080, ['*'], true);
    assert.equal(warnings.length, 1);
    assert.equal(flash.onMarkup, undefined);
  });
});
