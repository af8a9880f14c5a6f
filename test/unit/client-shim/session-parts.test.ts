import assert from 'node:assert/strict';
import { createInbox } from '../../../client-shim/src/session/inbox.ts';
import { createOutbox } from '../../../client-shim/src/session/outbox.ts';
import { createRetry } from '../../../client-shim/src/session/retry.ts';
import type { Frame } from '../../../client-shim/src/wire/frame.ts';
import { FakeBrowser } from './support/fake-browser.ts';

const encoded = (frames: Frame[]) => frames.map(({ _type: type, _data: data }) => type + data);

describe("the shim's outbox", () => {
  it('counts a long message down as its parts are acknowledged, to the last byte', () => {
    for (const [text, size] of [
      ['x'.repeat(10_000), 10_000],
      ['\ud83d\ude00'.repeat(3_333), 13_332],
    ] as const) {
      const outbox = createOutbox(2000);
      outbox._add('T', text, size);
      const counted: number[] = [];
      let last = 0;
      for (let unit = outbox._take(1); unit.length > 0; unit = outbox._take(1)) {
        last += unit.length - 1;
        counted.push(outbox._acknowledged(last));
      }
      assert.ok(counted.length > 10);
      for (const bytes of counted) assert.ok(bytes > 0);
      assert.equal(
        counted.reduce((sum, bytes) => sum + bytes, 0),
        size,
      );
    }
  });

  it('batches what waits into one unit behind its position', () => {
    const outbox = createOutbox(10_000);
    outbox._add('T', 'one', 3);
    outbox._add('T', 'two', 3);
    assert.deepEqual(encoded(outbox._take(1)), ['#1', 'Tone', 'Ttwo']);
    assert.equal(outbox._hasUnsent(), false);
    assert.equal(outbox._isAwaiting(), true);
  });

  it('numbers on from what was acknowledged, and sends the rest again after a rewind', () => {
    const outbox = createOutbox(10_000);
    for (const text of ['a', 'b', 'c']) outbox._add('T', text, 1);
    outbox._take(1);
    assert.equal(outbox._acknowledged(2), 2);
    outbox._rewind();
    assert.deepEqual(encoded(outbox._take(1)), ['#3', 'Tc']);
    assert.equal(outbox._acknowledged(1), 0, 'an older acknowledgement changes nothing');
  });

  it('gives out no more than two bodies before something is acknowledged, and what was taken back again', () => {
    const outbox = createOutbox(2000);
    for (let i = 0; i < 20; i += 1) outbox._add('T', 'x'.repeat(92), 1);
    const takeAll = (): number => {
      let taken = 0;
      for (let unit = outbox._take(1); unit.length > 0; unit = outbox._take(1)) taken += unit.length - 1;
      return taken;
    };
    assert.equal(takeAll(), 9);
    outbox._acknowledged(4);
    assert.equal(takeAll(), 4);
    outbox._rewind();
    outbox._acknowledged(6);
    assert.equal(takeAll(), 9);
  });

  it('puts no more frames into a unit than the gateway takes, however small they are', () => {
    const outbox = createOutbox(263_168);
    for (let i = 0; i < 2000; i += 1) outbox._add('T', '', 0);
    const units: number[] = [];
    const positions: string[] = [];
    for (let unit = outbox._take(1); unit.length > 0; unit = outbox._take(1)) {
      positions.push(unit[0]?._data as string);
      units.push(unit.length - 1);
    }
    assert.deepEqual(units, [512, 512, 512, 464]);
    assert.deepEqual(positions, ['1', '513', '1025', '1537']);
  });

  it('splits a message that no body holds, between code points, and counts each part', () => {
    const outbox = createOutbox(512 + 3 * 13);
    const text = '😀😀😀😀😀';
    outbox._add('T', text, 20);
    let joined = '';
    const types: string[] = [];
    const counted: number[] = [];
    for (let unit = outbox._take(1); unit.length > 0; unit = outbox._take(1)) {
      for (const { _type: type, _data: data } of unit.slice(1)) {
        types.push(type);
        joined += data;
        assert.equal(data.length % 2, 0, 'no pair is cut');
      }
      counted.push(outbox._acknowledged(types.length));
    }
    assert.equal(joined, text);
    assert.deepEqual(types, ['t', 't', 'T']);
    assert.deepEqual(counted, [8, 8, 4]);
  });

  it('never makes a body longer than the gateway takes, whatever the text', () => {
    const limit = 2000;
    for (const unit of ['\0', 'ä', '€', '😀', 'x']) {
      const outbox = createOutbox(limit);
      for (let i = 0; i < 20; i += 1) outbox._add('T', unit.repeat(97), 1);
      let seen = 0;
      for (let frames = outbox._take(1); frames.length > 0; frames = outbox._take(1)) {
        const bytes = frames.reduce(
          (sum, { _data: data }) => sum + 2 + Buffer.byteLength(data) + (unit === '\0' ? data.length : 0),
          0,
        );
        assert.ok(bytes < limit - 100, `${bytes} bytes of ${JSON.stringify(unit)}`);
        seen += frames.length - 1;
        outbox._acknowledged(seen);
      }
      assert.equal(seen, 20);
    }
  });
});

describe("the shim's inbox", () => {
  const frame = (type: string, seq: number, data = `${seq}`): Frame => ({
    _type: type,
    _data: data,
    _seq: seq,
  });

  it('drops what it has, takes what is next and refuses a gap', () => {
    const got: string[] = [];
    const inbox = createInbox((type, data) => got.push(type + data));
    assert.equal(inbox._accept(frame('T', 1)), true);
    assert.equal(inbox._accept(frame('T', 1)), true);
    assert.equal(inbox._accept(frame('T', 3)), false);
    assert.equal(inbox._accept(frame('T', 2)), true);
    assert.deepEqual(got, ['T1', 'T2']);
    assert.equal(inbox._received(), 2);
  });

  it('joins fragments, the empty one included', () => {
    const got: string[] = [];
    const inbox = createInbox((type, data) => got.push(type + data));
    inbox._accept(frame('b', 1, 'a'));
    inbox._accept(frame('b', 2, ''));
    inbox._accept(frame('B', 3, 'c'));
    assert.deepEqual(got, ['Bac']);
  });
});

describe("the shim's retry", () => {
  it('tries at once, then at growing intervals of at most 5 s, and gives up when nothing worked for the window', () => {
    const browser = new FakeBrowser();
    const pauses: number[] = [];
    let failedAt = 0;
    let givenUp = false;
    const fail = () => {
      failedAt = browser.clock.now();
      retry._failed();
    };
    const retry = createRetry(
      browser,
      60_000,
      () => {
        pauses.push(browser.clock.now() - failedAt);
        fail();
      },
      () => {
        givenUp = true;
      },
    );
    fail();
    browser.clock.advance(100_000);
    assert.equal(pauses[0], 0);
    assert.ok((pauses[1] as number) >= 150 && (pauses[1] as number) <= 200, `${pauses}`);
    assert.ok(Math.max(...pauses) <= 5000, `${pauses}`);
    assert.equal(givenUp, true);
    assert.ok(failedAt > 60_000 && failedAt < 66_000, `${failedAt}`);
  });

  it('does not give up on a gateway that answers, however long it has no room', () => {
    const browser = new FakeBrowser();
    const retry = createRetry(
      browser,
      1000,
      () => retry._failed(true),
      () => assert.fail('gave up'),
    );
    retry._failed(true);
    browser.clock.advance(100_000);
    assert.equal(retry._isWaiting(), true);
  });
});
