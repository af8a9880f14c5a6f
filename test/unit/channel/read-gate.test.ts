import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { ReadGate } from '../../../gateway/channel/read-gate.ts';

describe('the gate of a channel', () => {
  function gate(): { gate: ReadGate; read: () => boolean } {
    const source = new PassThrough();
    return { gate: new ReadGate(source), read: () => source.readableFlowing === true };
  }

  it('reads nothing before someone has attached, even if it is resumed', () => {
    const { gate: closed, read } = gate();
    assert.equal(read(), false);
    closed.resume();
    assert.equal(read(), false);
    closed.open();
    assert.equal(read(), true);
  });

  it('is paused and resumed, also before someone has attached', () => {
    const { gate: paused, read } = gate();
    paused.pause();
    paused.open();
    assert.equal(read(), false);
    paused.resume();
    assert.equal(read(), true);
    paused.pause();
    assert.equal(read(), false);
  });

  it('reads discarded data to the end, whether unattached or paused', () => {
    const { gate: over, read } = gate();
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
