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

  it('takes and gives back places without a function for each', () => {
    const counts = new ConnectionCounts({ maxConnections: 2, maxConnectionsPerAddress: 1 });
    counts.enter('a');
    counts.enter('b');
    assert.throws(() => counts.enter('c'), { code: 'GW_CONNECTIONS', status: 503 });
    counts.leave('a');
    assert.throws(() => counts.enter('b'), { code: 'GW_CONNECTIONS_PER_ADDRESS', status: 429 });
    counts.enter('a');
    assert.equal(counts.total, 2);
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
