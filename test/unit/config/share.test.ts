import assert from 'node:assert/strict';
import type { GatewayOptions } from '../../../gateway/config/options.ts';
import { resolveOptions } from '../../../gateway/config/resolve.ts';
import { ONE_PROCESS, shareOf } from '../../../gateway/config/share.ts';

const MiB = 1024 ** 2;

describe('the bounds of one process', () => {
  const share = (options: GatewayOptions, workers: number, hasBroker = false) =>
    shareOf(resolveOptions(options), { workers, hasBroker });

  it('are those of the options where it is alone', () => {
    const options = resolveOptions({ maxSessions: 5_000, maxConnections: 9_000, memory: '64MiB' });
    const { sessionLimits, connectionLimits, memoryLimits } = options;
    assert.deepEqual(shareOf(options, ONE_PROCESS), { sessionLimits, connectionLimits, memoryLimits });
  });

  it('are an equal part of those in all, rounded up', () => {
    const { sessionLimits, connectionLimits, memoryLimits } = share(
      { maxSessions: 10, maxConnections: 100, memory: '64MiB' },
      4,
    );
    assert.equal(sessionLimits.maxSessions, 3);
    assert.equal(connectionLimits.maxConnections, 25);
    assert.equal(memoryLimits.memory, 16 * MiB);
  });

  it('are those of an address as they stand, up to the part', () => {
    const bounds = {
      maxSessions: 100,
      maxSessionsPerAddress: 20,
      maxConnections: 100,
      maxConnectionsPerAddress: 60,
      memory: '64MiB',
      memoryPerAddress: '8MiB',
    };
    const { sessionLimits, connectionLimits, memoryLimits } = share(bounds, 4);
    assert.equal(sessionLimits.maxSessionsPerAddress, 20);
    assert.equal(connectionLimits.maxConnectionsPerAddress, 25);
    assert.equal(memoryLimits.memoryPerAddress, 8 * MiB);
  });

  it('leave the broker process a part of the memory, and of the connections for its TCP port', () => {
    const bounds = { maxConnections: 100, memory: '60MiB' };
    const routes = ['/stomp=stomp:'];
    assert.equal(share({ ...bounds, routes }, 4, true).connectionLimits.maxConnections, 25);
    assert.equal(share({ ...bounds, routes }, 4, true).memoryLimits.memory, 12 * MiB);
    const port = { ...bounds, routes, stompPort: '127.0.0.1:61613' };
    assert.equal(share(port, 4, true).connectionLimits.maxConnections, 20);
  });

  it('are the heap’s in each process where no option bounds the memory', () => {
    assert.deepEqual(share({}, 4, true).memoryLimits, resolveOptions({}).memoryLimits);
  });
});
