import assert from 'node:assert/strict';
import { createLog, type Log } from '../../../gateway/base/log.ts';
import { logRefusal, RefusalLog } from '../../../gateway/base/refusal-log.ts';
import type { WrittenAs } from '../../../gateway/base/remedy.ts';
import { TestClock } from '../../support/test-clock.ts';

const MINUTE = 60_000;

describe('the log of refusals', () => {
  let clock: TestClock;
  let lines: Record<string, unknown>[];
  let log: RefusalLog;

  function start(level: 'info' | 'debug' = 'info', writtenAs: WrittenAs = () => 'flag'): void {
    clock = new TestClock();
    lines = [];
    const write = (line: string) => void lines.push(JSON.parse(line));
    const bounds = { maxSessions: '20000' };
    log = RefusalLog.of(createLog({ level, format: 'json', write }), clock, { writtenAs, bounds });
  }
  beforeEach(() => start());

  function refuse(cause: string, remoteAddress = '10.0.0.1', to: Log = log): void {
    const fields = { code: 'GW_HOST', host: cause };
    const remedy = { add: { key: 'host', value: cause, isList: true } };
    logRefusal(to, { level: 'warn', message: 'refused', remoteAddress, fields, cause, remedy });
  }

  it('writes the first refusal at once, and the number of the others at the end of the minute', () => {
    for (let count = 0; count < 5; count++) refuse('a');
    assert.deepEqual(
      lines.map(({ host, again }) => [host, again]),
      [['a', undefined]],
    );
    clock.advance(MINUTE);
    assert.deepEqual(
      lines.slice(1).map(({ host, again }) => [host, again]),
      [['a', 4]],
    );
  });

  it('writes one line a minute for a client that never stops', () => {
    for (let second = 0; second < 600; second++) {
      refuse('a');
      clock.advance(1_000);
    }
    assert.equal(lines.length, 11);
  });

  it('keeps causes, clients and routes apart', () => {
    refuse('a');
    refuse('b');
    refuse('a', '10.0.0.2');
    refuse('a', '10.0.0.1', log.with({ route: '/ws' }));
    refuse('a', '10.0.0.1', log.with({ route: '/ws' }));
    assert.equal(lines.length, 4);
    assert.equal(lines[3]?.route, '/ws');
  });

  it('forgets a refusal that did not come again, with its timer', () => {
    refuse('a');
    clock.advance(MINUTE);
    assert.equal(clock.timers, 0);
    refuse('a');
    assert.equal(lines.length, 2);
  });

  it('has one timer, whatever is refused', () => {
    for (let client = 0; client < 100; client++) refuse('a', `10.0.0.${client}`);
    assert.equal(clock.timers, 1);
  });

  it('writes few lines for a client that changes its mistake each time', () => {
    for (let count = 0; count < 1_000; count++) refuse(`name-${count}`);
    assert.equal(lines.length, 11);
    clock.advance(MINUTE);
    assert.equal(lines.length, 12);
    assert.equal(lines[11]?.again, 989);
  });

  it('keeps a bounded number of clients, and counts those beyond together', () => {
    for (let client = 0; client < 3_000; client++) refuse('a', `10.0.${client >> 8}.${client & 255}`);
    assert.equal(lines.length, 1_001);
  });

  it('writes every refusal at level debug', () => {
    start('debug');
    refuse('a');
    refuse('a');
    assert.deepEqual(
      lines.map(({ level }) => level),
      ['warn', 'debug'],
    );
  });

  it('writes what it counted when the gateway ends', () => {
    refuse('a');
    refuse('a');
    log.flush();
    assert.deepEqual([lines.length, lines[1]?.again, clock.timers], [2, 1, 0]);
  });

  it('says what to write, as the gateway was started', () => {
    for (const [form, remedy] of [
      ['flag', 'start with --host a.b'],
      [{ call: (entry: string) => `make({ ${entry} })` }, "write make({ host: ['a.b'] })"],
      [{ file: 'gw.yaml' }, 'write host: [a.b] in gw.yaml'],
    ] as const) {
      start('info', () => form);
      refuse('a.b');
      assert.equal(lines[0]?.remedy, remedy);
    }
  });

  it('says twice the bound that is in force, where an option is a bound', () => {
    const remedy = { add: { key: 'maxSessions' } };
    const fields = { code: 'GW_SESSIONS' };
    logRefusal(log, { level: 'warn', message: 'x', remoteAddress: '', fields, cause: '', remedy });
    assert.equal(lines[0]?.remedy, 'start with --max-sessions 20000');
  });
});
