import assert from 'node:assert/strict';
import { ConnectionCounts } from '../../../gateway/base/connection-counts.ts';

describe('the count of connections', () => {
  it('is bounded for each address, and a place is given back once', () => {
    const counts = new ConnectionCounts({ maxConnections: 10, maxConnectionsPerAddress: 2 });
    const release = counts.take('a');
    counts.take('a');
    assert.throws(() => counts.take('a'), { code: 'GW_CONNECTIONS_PER_ADDRESS', status: 429 });
    counts.take('b');
    release();
    release();
    assert.equal(counts.total, 2);
    counts.take('a');
    assert.throws(() => counts.take('a'), { code: 'GW_CONNECTIONS_PER_ADDRESS' });
  });

  it('is bounded in total', () => {
    const counts = new ConnectionCounts({ maxConnections: 2, maxConnectionsPerAddress: 2 });
    const release = counts.take('a');
    counts.take('b');
    assert.throws(() => counts.take('c'), { code: 'GW_CONNECTIONS', status: 503 });
    release();
    counts.take('c');
    assert.equal(counts.total, 2);
  });
});
