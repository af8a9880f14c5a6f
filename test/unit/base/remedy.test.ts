import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { createLog } from '../../../gateway/base/log.ts';
import { RefusalLog } from '../../../gateway/base/refusal-log.ts';
import { hostNameOf } from '../../../gateway/base/refused-request.ts';
import {
  defaultWording,
  type OptionValue,
  remedyText,
  type WrittenAs,
} from '../../../gateway/base/remedy.ts';
import { TestClock } from '../../support/test-clock.ts';

const CODE = { call: (entry: string) => `createGateway({ ${entry} })` };
const FORMS = ['flag', CODE, { file: 'gw.yaml' }] as const;

function text(add: OptionValue, form: ReturnType<WrittenAs>): string {
  return remedyText({ add }, { writtenAs: () => form, bounds: {} });
}

describe('a remedy', () => {
  const cases: readonly [OptionValue, flag: string, code: string, file: string][] = [
    [
      { key: 'trustedProxy', value: 'fd00::1', isList: true },
      'start with --trusted-proxy fd00::1',
      "write createGateway({ trustedProxy: ['fd00::1'] })",
      "write trustedProxy: ['fd00::1'] in gw.yaml",
    ],
    [
      { key: 'jsonp', value: 'true' },
      'start with --jsonp',
      'write createGateway({ jsonp: true })',
      'write jsonp: true in gw.yaml',
    ],
    [
      { key: 'maxBody', value: '512KiB' },
      'start with --max-body 512KiB',
      "write createGateway({ maxBody: '512KiB' })",
      'write maxBody: 512KiB in gw.yaml',
    ],
    [
      { key: 'stomp.maxQueues', value: '2000' },
      'write stomp: { maxQueues: 2000 } in the file of --config',
      'write createGateway({ stomp: { maxQueues: 2000 } })',
      'write stomp: { maxQueues: 2000 } in gw.yaml',
    ],
    [
      { key: 'origin', value: 'null', isList: true },
      'start with --origin null',
      "write createGateway({ origin: ['null'] })",
      "write origin: ['null'] in gw.yaml",
    ],
  ];
  for (const [add, ...expected] of cases) {
    it(`is written as the gateway was started: ${add.key}`, () => {
      assert.deepEqual(
        FORMS.map((form) => text(add, form)),
        expected,
      );
    });
  }

  it('is one word of a shell, and one value of YAML, whatever it holds', () => {
    for (const value of ["a'b", 'a b', '$(x)', '`x`', '#x', '- x', 'x: y', '[::1]']) {
      const flag = text({ key: 'host', value }, 'flag');
      const word = /^start with --host '(.*)'$/.exec(flag)?.[1];
      assert.equal(word?.replaceAll("'\\''", "'"), value, flag);
      const [, yaml = ''] = /^write (.*) in gw\.yaml$/.exec(text({ key: 'host', value }, FORMS[2])) ?? [];
      assert.deepEqual(parse(yaml), { host: value }, yaml);
    }
  });

  it('names an option whose bound is not known', () => {
    assert.equal(remedyText({ add: { key: 'maxSessions' } }, defaultWording), 'raise --max-sessions');
  });
});

describe('the name in a Host field', () => {
  it('is one that an operator can copy, or none', () => {
    for (const [host, name] of [
      ['app.intranet:8080', 'app.intranet'],
      ['app.intranet.', 'app.intranet'],
      ['backend_1', 'backend_1'],
    ] as const) {
      assert.equal(hostNameOf(host), name);
    }
    for (const host of [
      '',
      '-rf',
      '--host',
      'a b',
      "a'b",
      'a;b',
      '$(x)',
      '127.1',
      'a..b',
      'a\nb',
      'x'.repeat(300),
    ]) {
      assert.equal(hostNameOf(host), undefined, host);
    }
  });
});

describe('a refusal in a log for people', () => {
  it('is one line without control characters, whatever its client sent', () => {
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const plain = createLog({ level: 'info', format: 'text', write });
    const log = RefusalLog.of(plain, new TestClock(), defaultWording);
    const hostile = 'a\r\nb\u001b[31m" remedy="start with --x\u2028\u0085';
    const fields = { code: 'GW_HOST', host: hostile, path: hostile, origin: hostile };
    log.refusal({ level: 'warn', message: 'request refused', remoteAddress: '::1', fields, cause: hostile });
    assert.equal(lines.length, 1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for control characters
    assert.match(String(lines[0]), /^[^\u0000-\u001f\u007f-\u009f]*\n$/);
    assert.doesNotMatch(String(lines[0]), /[^\\]" remedy="/);
  });
});
