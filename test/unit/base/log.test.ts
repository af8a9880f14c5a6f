import assert from 'node:assert/strict';
import { createLog, type LogFormat, type LogLevel, silentLog } from '../../../gateway/base/log.ts';

function recorded(format: LogFormat, level: LogLevel = 'debug') {
  const lines: string[] = [];
  return { lines, log: createLog({ level, format, write: (line) => lines.push(line) }) };
}

describe('the log', () => {
  it('writes one JSON object per line, with the fields of its scope', () => {
    const { log, lines } = recorded('json');
    log.with({ session: 's1' }).with({ route: '/echo' }).info('opened', { bytes: 3 });
    assert.equal(lines.length, 1);
    const { time, ...rest } = JSON.parse(String(lines[0]));
    assert.match(time, /^\d{4}-\d\d-\d\dT/);
    assert.deepEqual(rest, { level: 'info', session: 's1', route: '/echo', bytes: 3, msg: 'opened' });
  });

  it('writes text of one line with quoted values', () => {
    const { log, lines } = recorded('text');
    log.warn('slow', { route: '/echo', reason: 'two words' });
    assert.match(String(lines[0]), /^\d\d:\d\d:\d\d\.\d{3} warn {2}slow route=\/echo reason="two words"\n$/);
  });

  it('lets no control character reach a terminal', () => {
    const { log, lines } = recorded('text');
    log.info('a\nb\u001b[2J', { reason: 'x\u009b31m\r\n' });
    assert.equal(String(lines[0]).indexOf('\n'), String(lines[0]).length - 1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for control characters
    assert.doesNotMatch(String(lines[0]).trimEnd(), /[\u0000-\u001f\u007f-\u009f]/);
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = recorded('json', 'warn');
    log.info('quiet');
    log.debug('quiet');
    log.warn('heard');
    log.with({ a: 1 }).error('heard');
    assert.equal(lines.length, 2);
  });

  it('writes nothing at level silent, or as the silent log', () => {
    const { log, lines } = recorded('json', 'silent');
    log.error('quiet');
    silentLog.with({ a: 1 }).error('quiet');
    assert.deepEqual(lines, []);
  });

  it('keeps a scope apart from those beside it', () => {
    const { log, lines } = recorded('json');
    log.with({ session: 'a' });
    log.info('outside');
    assert.doesNotMatch(String(lines[0]), /session/);
  });
});
