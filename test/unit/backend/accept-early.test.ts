import assert from 'node:assert/strict';
import { acceptEarly } from '../../../gateway/backend/accept-early.ts';
import type { Accepted, Backend, Handshake } from '../../../gateway/backend/backend.ts';
import { RefusedError } from '../../../gateway/base/errors.ts';
import { createLog } from '../../../gateway/base/log.ts';
import { channelPair } from '../../../gateway/channel/channel-pair.ts';
import { TestClock } from '../../support/test-clock.ts';

describe('a backend that must accept in time', () => {
  const handshake: Handshake = {
    ...{ url: '/', rest: '', headers: {}, rawHeaders: [], protocols: [], carrier: 'fallback' },
    ...{ remoteAddress: '', forwardedFor: '', secure: false, host: '' },
  };
  const log = createLog({ level: 'silent', format: 'json' });
  const signal = new AbortController().signal;

  const behind = (connect: Backend['connect']) => {
    const clock = new TestClock();
    const backend = acceptEarly(100, { name: 'slow', connect }, { clock, log });
    return { clock, connecting: backend.connect(handshake, signal) };
  };

  it('is passed unchanged if it answers in time, and leaves no timer', async () => {
    const [channel] = channelPair();
    const accepting = behind(async () => ({ channel, protocol: 'p' }));
    assert.deepEqual(await accepting.connecting, { channel, protocol: 'p' });
    const refusing = behind(async () => {
      throw new RefusedError('no');
    });
    await assert.rejects(refusing.connecting, RefusedError);
    assert.deepEqual([accepting.clock.timers, refusing.clock.timers], [0, 0]);
  });

  it('counts as accepted when the time is over, and is joined once it has accepted', async () => {
    const [channel, far] = channelPair();
    let accept: (accepted: Accepted) => void = () => {};
    const { clock, connecting } = behind(
      () =>
        new Promise((resolve) => {
          accept = resolve;
        }),
    );
    clock.advance(99);
    assert.equal(clock.timers, 1);
    clock.advance(1);
    const early = (await connecting).channel;
    assert.notEqual(early, channel);
    const ended = new Promise((resolve) => {
      far.attach({ message: () => {}, drained: () => {}, closed: resolve });
    });
    early.close({ code: 4001, reason: 'bye' });
    accept({ channel, protocol: '' });
    assert.deepEqual(await ended, { code: 4001, reason: 'bye' });
  });

  it('ends the connection without a Close if it refuses too late', async () => {
    let refuse: (error: Error) => void = () => {};
    const { clock, connecting } = behind(
      () =>
        new Promise((_resolve, reject) => {
          refuse = reject;
        }),
    );
    clock.advance(100);
    const { channel } = await connecting;
    const ended = new Promise((resolve) => {
      channel.attach({ message: () => {}, drained: () => {}, closed: resolve });
    });
    refuse(new RefusedError('no'));
    assert.deepEqual(await ended, { code: 1006, reason: '' });
  });
});
