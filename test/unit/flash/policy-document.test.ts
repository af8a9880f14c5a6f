import assert from 'node:assert/strict';
import { policyDomains } from '../../../gateway/flash/domains.ts';
import { crossDomainPolicy, socketPolicy } from '../../../gateway/flash/policy-document.ts';

const HEAD =
  '<?xml version="1.0"?>\n<!DOCTYPE cross-domain-policy SYSTEM "http://www.adobe.com/xml/dtds/cross-domain-policy.dtd">\n<cross-domain-policy>\n';

describe('the policy document', () => {
  it('names each domain with the one port, and ends with NUL', () => {
    assert.equal(
      socketPolicy(['app.intranet', '10.0.0.5'], 8080),
      `${HEAD}<allow-access-from domain="app.intranet" to-ports="8080"/>
<allow-access-from domain="10.0.0.5" to-ports="8080"/>
</cross-domain-policy>
\0`,
    );
  });

  it('for addresses names no ports, and says that it is the only one', () => {
    assert.equal(
      crossDomainPolicy(['app.intranet']),
      `${HEAD}<site-control permitted-cross-domain-policies="master-only"/>
<allow-access-from domain="app.intranet"/>
</cross-domain-policy>
`,
    );
  });

  it('is well-formed whatever the name of the machine', () => {
    assert.ok(socketPolicy(['"/><x a="&'], 1).includes('domain="&#34;/&#62;&#60;x a=&#34;&#38;"'));
  });
});

describe('the domains of a policy', () => {
  const machine = 'GW.intranet';

  it("are those of the options, the machine's names, and the address that the client came to", () => {
    assert.deepEqual(policyDomains(['app'], '10.0.0.5', machine), ['app', 'gw.intranet', 'gw', '10.0.0.5']);
    assert.deepEqual(policyDomains(['gw'], '::ffff:10.0.0.5', machine), ['gw', 'gw.intranet', '10.0.0.5']);
    assert.deepEqual(policyDomains([], 'fd00::1', 'gw'), ['gw', '[fd00::1]']);
  });

  it('include localhost only for clients on this machine', () => {
    assert.deepEqual(policyDomains([], '127.0.0.1', 'gw'), ['gw', '127.0.0.1', 'localhost']);
    assert.deepEqual(policyDomains([], '::1', 'gw'), ['gw', '[::1]', 'localhost']);
  });

  it('are * alone if the operator set it', () => {
    assert.deepEqual(policyDomains(['app', '*'], '10.0.0.5', machine), ['*']);
  });

  it('are none for a connection that is gone, on a machine without a name', () => {
    assert.deepEqual(policyDomains([], undefined, ''), []);
  });
});
