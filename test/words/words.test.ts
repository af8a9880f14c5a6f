import assert from 'node:assert/strict';
import { checkAll, checkFile } from './check.ts';

describe('words and widths', () => {
  it('follow the rules in every file', function () {
    this.timeout(60_000);
    assert.deepEqual(
      checkAll().map(({ file, line, problem }) => `${file}:${line} ${problem}`),
      [],
    );
  });
});

describe('the check of words', () => {
  const problems = (file: string, text: string) => checkFile(file, text).map(({ problem }) => problem);

  it('finds a word in a comment, a string, an identifier and the name of a file', () => {
    assert.deepEqual(problems('a.ts', '// eight octets'), ['"octets": byte']);
    assert.deepEqual(problems('a.ts', "const text = 'no Octet';"), ['"octet": byte']);
    assert.deepEqual(problems('a.ts', 'const maxOctets = 1;'), ['"octets": byte']);
    assert.deepEqual(problems('a.ts', 'const MAX_OCTETS = 1;'), ['"octets": byte']);
    assert.deepEqual(problems('a/fast-lane.ts', ''), ['"lane": fast path']);
  });

  it('finds a name that is ordinary English in prose', () => {
    assert.deepEqual(problems('a.ts', '// within five seconds'), []);
    assert.deepEqual(problems('a.ts', 'within();'), ['name "within": acceptEarly']);
    assert.deepEqual(problems('a/within.ts', ''), ['name "within": acceptEarly']);
  });

  it('lets a word pass that stands for something else', () => {
    assert.deepEqual(problems('a.ts', "const type = 'application/octet-stream';"), []);
    assert.deepEqual(problems('a.ts', '// the address of a github page'), []);
  });

  it('finds comments and Markdown of more than 100 columns, but neither code nor tables', () => {
    const long = 'word '.repeat(20);
    assert.deepEqual(problems('a.ts', `// ${long}.`), ['104 columns']);
    assert.deepEqual(problems('a.ts', `call(); // ${long}`), ['111 columns']);
    assert.deepEqual(problems('a.md', `${long}.`), ['101 columns']);
    assert.deepEqual(problems('a.ts', `call('${long}');`), []);
    assert.deepEqual(problems('a.md', `| ${long} |`), []);
    assert.deepEqual(problems('a.md', `\`\`\`\n${long}.\n\`\`\``), []);
  });
});
