import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Counters } from '../../../gateway/base/counters.ts';
import { readFamilies } from '../../../gateway/status/families.ts';
import { PREFIX } from '../../../gateway/status/metric.ts';

const UNITS = /bytes|seconds/;

/** A process that has counted something of everything, so that every family has its labels. */
function busyFamilies() {
  const counters = new Counters();
  const route = counters.route('/ws');
  route.opened('native');
  route.transport('xhr-polling').opens++;
  route.native.up.messages++;
  route.native.up.bytes++;
  route.moved('xhr-polling', 'websocket', 'used up');
  counters.downgraded('/ws', 'xhr-polling', 'no-websocket');
  route.closed(1008, 'gateway', 'too many bytes');
  route.connected(0.1);
  counters.refused('GW_HOST');
  return readFamilies({
    counters,
    sessions: [{ route: '/ws', transport: 'xhr-polling', outbox: 1, inbox: 1, delayed: 0 }],
    memory: { held: 1, limit: 2 },
    links: { up: 1, lost: 0 },
    forwarded: 0,
    appRequests: 0,
    broker: { connections: 0, queues: 0, queued: 0, stored: 0 },
    workers: { states: { serving: 1 }, generations: 1, silent: 0, deaths: 0, hung: { worker: 0, broker: 0 } },
    release: '1.0.0',
  });
}

describe('the table of metrics', () => {
  it('is that of docs/monitoring.md, labels included', () => {
    const text = readFileSync(new URL('../../../docs/monitoring.md', import.meta.url), 'utf8');
    const [, table = ''] = text.split(/<!-- \/?metrics -->/);
    const documented = [...table.matchAll(/^\| `(\w+)` \|([^|]*)\|/gm)].map(
      ([, name, labels = '']) => `${name}: ${labels.trim()}`,
    );
    const families = busyFamilies().map(({ name, values }) => {
      const labels = Object.keys(values[0]?.labels ?? {}).filter((label) => label !== 'le');
      return `${name.slice(PREFIX.length)}: ${labels.join(', ')}`;
    });
    assert.deepEqual(documented, families);
  });

  it('says the unit of each metric that has one, and ends counters with _total', () => {
    for (const { name, type, help } of busyFamilies()) {
      assert.match(help, /^[A-Z].*\.$/, name);
      const [unit] = UNITS.exec(name) ?? [];
      if (unit !== undefined) assert.match(help, new RegExp(unit, 'i'), name);
      assert.equal(name.endsWith('_total'), type === 'counter', name);
    }
  });
});
