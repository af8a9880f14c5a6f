import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { Intake } from '../../../gateway/channel/read-gate.ts';

describe('the intake of a channel', () => {
  function intake(): { intake: Intake; read: () => boolean } {
    const source = new PassThrough();
    return { intake: new Intake(source), read: () => source.readableFlowing === true };
  }

  it('reads nothing before someone has attached, even if it is resumed', () => {
    const { intake: closed, read } = intake();
    assert.equal(read(), false);
    closed.resume();
    assert.equal(read(), false);
    closed.open();
    assert.equal(read(), true);
  });

  it('is paused and resumed, also before someone has attached', () => {
    const { intake: paused, read } = intake();
    paused.pause();
    paused.open();
    assert.equal(read(), false);
    paused.resume();
    assert.equal(read(), true);
    paused.pause();
    assert.equal(read(), false);
  });

  it('reads to the end what is to be thrown away: unattached, and paused before or after', () => {
    const { intake: over, read } = intake();
    over.pause();
    assert.equal(over.discarding, false);
    over.discard();
    assert.equal(over.discarding, true);
    assert.equal(read(), true);
    over.pause();
    over.open();
    assert.equal(read(), true);
  });
});
