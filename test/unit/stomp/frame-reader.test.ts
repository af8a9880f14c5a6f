import assert from 'node:assert/strict';
import { FrameReader } from '../../../gateway/stomp/frame-reader.ts';
import { FrameParser } from '../../../gateway/stomp/parser.ts';
import { TestClock } from '../../support/test-clock.ts';
import { COMMANDS, LIMITS } from './frames.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A reader whose frames take a millisecond each, and what it did. */
class Fixture {
  readonly clock = new TestClock();
  readonly bodies: string[] = [];
  readonly errors: unknown[] = [];
  isInputPaused = false;
  onFrame: () => void = () => {};
  readonly parser = new FrameParser(COMMANDS, LIMITS, {
    frame: ({ body }) => {
      this.bodies.push(body.toString());
      this.clock.advance(1);
      this.onFrame();
    },
    heartBeat: () => this.bodies.push('EOL'),
  });
  readonly reader = new FrameReader(
    this.parser,
    {
      pause: () => {
        this.isInputPaused = true;
      },
      resume: () => {
        this.isInputPaused = false;
      },
    },
    this.clock,
    (error) => this.errors.push(error),
  );

  push(...bodies: (string | number)[]): void {
    this.reader.push(Buffer.from(bodies.map((body) => `SEND\n\n${body}\0`).join('')));
  }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('the reader of STOMP frames', () => {
  it('reads a few milliseconds at a time and holds the input back until it is done', async () => {
    const fixture = new Fixture();
    fixture.push(...numbers(10));
    assert.equal(fixture.bodies.length, 4);
    assert.equal(fixture.isInputPaused, true);
    await turn();
    assert.equal(fixture.bodies.length, 8);
    await turn();
    assert.deepEqual(fixture.bodies.map(Number), numbers(10));
    assert.equal(fixture.isInputPaused, false);
  });

  it('keeps the order of arrivals that come between the slices', async () => {
    const fixture = new Fixture();
    fixture.push(...numbers(6));
    fixture.push(6, 7);
    fixture.reader.push(Buffer.from('SEND\n\n8'));
    fixture.reader.push(Buffer.from('\0'));
    assert.equal(fixture.bodies.length, 4);
    for (let turns = 0; turns < 3; turns++) await turn();
    assert.deepEqual(fixture.bodies.map(Number), numbers(9));
  });

  it('stops behind a frame while it is paused', () => {
    const fixture = new Fixture();
    fixture.onFrame = () => fixture.reader.pause();
    fixture.push('a', 'b', 'c');
    assert.deepEqual([fixture.bodies, fixture.isInputPaused], [['a'], true]);
    fixture.reader.resume();
    assert.deepEqual(fixture.bodies, ['a', 'b']);
    fixture.onFrame = () => {};
    fixture.reader.resume();
    assert.deepEqual([fixture.bodies, fixture.isInputPaused], [['a', 'b', 'c'], false]);
  });

  it('holds the input back at once when paused, and by `wait` only once bytes wait', () => {
    const [paused, waiting] = [new Fixture(), new Fixture()];
    paused.reader.pause();
    waiting.reader.wait();
    assert.deepEqual([paused.isInputPaused, waiting.isInputPaused], [true, false]);
    waiting.push('a');
    assert.deepEqual([waiting.bodies, waiting.isInputPaused], [[], true]);
    assert.equal(waiting.reader.waiting, 'SEND\n\na\0'.length);
    waiting.reader.resume();
    assert.deepEqual([waiting.bodies, waiting.isInputPaused], [['a'], false]);
  });

  it('counts what waits and what is unfinished, down to nothing', async () => {
    const fixture = new Fixture();
    fixture.push(...numbers(6));
    assert.equal(fixture.reader.weight, 6 * 'SEND\n\n0\0'.length);
    await turn();
    assert.equal(fixture.reader.weight, 0);
    fixture.reader.push(Buffer.from(`SEND\nx:${'y'.repeat(1000)}\n\n${'z'.repeat(5000)}`));
    assert.ok(fixture.reader.weight > 6000 && fixture.reader.weight < 9000, `${fixture.reader.weight}`);
    fixture.reader.push(Buffer.of(0));
    assert.equal(fixture.reader.weight, 0);
  });

  it('counts an unfinished small part with the memory that it keeps', () => {
    const fixture = new Fixture();
    const chunk = Buffer.alloc(64 * 1024, 10);
    chunk.write('SEND\n\nabc', chunk.length - 9);
    fixture.reader.push(chunk);
    assert.ok(fixture.reader.weight < 200, `${fixture.reader.weight}`);
  });

  it('skips a flood of EOLs in steps, and reports one heart-beat', async () => {
    const fixture = new Fixture();
    let looks = 0;
    const now = fixture.clock.now.bind(fixture.clock);
    fixture.clock.now = () => now() + ++looks;
    fixture.reader.push(Buffer.alloc(1024 ** 2, 10));
    assert.equal(fixture.isInputPaused, true);
    for (let turns = 0; turns < 40; turns++) await turn();
    assert.deepEqual([fixture.bodies, fixture.isInputPaused], [['EOL'], false]);
  });

  it('reports an error once, and ignores what comes later', async () => {
    const fixture = new Fixture();
    fixture.push(...numbers(6));
    fixture.reader.push(Buffer.from('HELLO\n\n\0'));
    fixture.push('late');
    for (let turns = 0; turns < 3; turns++) await turn();
    fixture.push('later');
    assert.deepEqual(fixture.bodies.map(Number), numbers(6));
    assert.equal(fixture.errors.length, 1);
    assert.equal(fixture.reader.weight, 0);
  });

  it('reads nothing more once it has ended, within a slice too', async () => {
    const fixture = new Fixture();
    fixture.onFrame = () => fixture.reader.end();
    fixture.push('a', 'b');
    await turn();
    assert.deepEqual(fixture.bodies, ['a']);
  });
});
