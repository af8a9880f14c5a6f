import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { BoundedOutput, fileSink, type LineSink, streamSink } from '../../../gateway/base/log-output.ts';

/** A stream whose reader takes a line only when the test says so. */
class SlowReader extends Writable {
  readonly lines: string[] = [];
  #next: (() => void) | undefined;

  override _write(chunk: Buffer, _encoding: string, taken: () => void): void {
    this.#next = () => {
      this.lines.push(chunk.toString());
      taken();
    };
  }

  async readAll(): Promise<void> {
    while (this.#next !== undefined) {
      const next = this.#next;
      this.#next = undefined;
      next();
      await new Promise((resume) => setImmediate(resume));
    }
  }
}

const LINE = `${'x'.repeat(99)}\n`;

function outputOn(sink: LineSink, maxWaiting = 1000) {
  const dropped: number[] = [];
  const output = new BoundedOutput(sink, (count) => dropped.push(count), maxWaiting);
  return { output, dropped };
}

describe('the output of the log', () => {
  it('holds no more than its bound for a reader that never reads', () => {
    const reader = new SlowReader({ highWaterMark: 100 });
    const { output } = outputOn(streamSink(reader));
    for (let count = 0; count < 1000; count++) output.write(LINE);
    assert.equal(reader.writableLength, 1000);
  });

  it('says how many lines were dropped when the reader reads again', async () => {
    const reader = new SlowReader({ highWaterMark: 100 });
    const { output, dropped } = outputOn(streamSink(reader));
    for (let count = 0; count < 25; count++) output.write(LINE);
    assert.deepEqual(dropped, []);
    await reader.readAll();
    assert.deepEqual([dropped, reader.lines.length], [[15], 10]);
    output.write(LINE);
    await reader.readAll();
    assert.deepEqual([dropped, reader.lines.length], [[15], 11]);
  });

  it('drops what comes after the reader is gone', () => {
    const reader = new SlowReader();
    const { output, dropped } = outputOn(streamSink(reader));
    output.write(LINE);
    reader.destroy(new Error('EPIPE'));
    for (let count = 0; count < 1000; count++) output.write(LINE);
    assert.ok(reader.writableLength <= LINE.length);
    assert.deepEqual(dropped, []);
  });

  it('goes on when a full disk has room again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gateway-log-'));
    const file = join(folder, 'log');
    const full = openSync('/dev/full', 'w');
    const free = openSync(file, 'w');
    try {
      let disk = fileSink(full);
      const { output, dropped } = outputOn({
        waiting: 0,
        write: (line) => disk.write(line),
        onceEmpty: () => {},
      });
      for (let count = 0; count < 3; count++) output.write(LINE);
      assert.deepEqual(dropped, []);
      disk = fileSink(free);
      output.write(LINE);
      assert.deepEqual(dropped, [3]);
      assert.equal(readFileSync(file, 'utf8'), LINE);
    } finally {
      closeSync(full);
      closeSync(free);
      await rm(folder, { recursive: true });
    }
  });
});
