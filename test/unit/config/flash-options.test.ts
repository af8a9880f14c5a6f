import assert from 'node:assert/strict';
import { readCommandLine } from '../../../gateway/config/flags.ts';
import { resolveOptions } from '../../../gateway/config/resolve.ts';

function flashOf(...args: string[]) {
  const commandLine = readCommandLine(args, '0');
  assert.ok(commandLine.kind === 'run');
  return commandLine.options.flash;
}

describe('options for Flash', () => {
  it('are off by default', () => {
    assert.deepEqual(resolveOptions().flash, { listen: undefined, domains: [], crossdomain: false });
  });

  it('serve policies on the address of the gateway, on 843 where no number is given', () => {
    const listen = { host: '0.0.0.0', port: 843 };
    assert.deepEqual(flashOf('--listen', '0.0.0.0:8080', '--policy-port').listen, listen);
    assert.deepEqual(flashOf('--listen', '0.0.0.0:8080', '--policy-port', '8430').listen, {
      ...listen,
      port: 8430,
    });
    assert.deepEqual(resolveOptions({ policyPort: true, listen: '0.0.0.0:8080' }).flash.listen, listen);
  });

  it('take the hosts of --origin and --host, the name that is listened on, and those of --policy-domain', () => {
    const { domains } = resolveOptions({
      listen: 'Gateway.intranet:8080',
      policyPort: 843,
      origin: ['http://app.intranet', 'https://10.0.0.5:8443', 'http://[fd00::1]:80', 'null'],
      host: 'gw',
      policyDomain: ['*.Kiosk.example', '10.0.0.6', '[::1]'],
    }).flash;
    assert.deepEqual(domains, [
      ...['*.kiosk.example', '10.0.0.6', '[::1]'],
      ...['gw', 'app.intranet', '10.0.0.5', '[fd00::1]', 'gateway.intranet'],
    ]);
  });

  it('have * only from --policy-domain: pages of every origin are not SWFs of every host', () => {
    assert.deepEqual(resolveOptions({ policyPort: 843, origin: '*' }).flash.domains, []);
    assert.deepEqual(flashOf('--crossdomain', '--policy-domain', '*').domains, ['*']);
  });
});
