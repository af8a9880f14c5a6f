import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { program } from '../engines/programs.ts';
import { freePort } from '../support/machine/free-ports.ts';
import { commandsOf, isServer, PORTS, RECIPES, REPLACED, runElsewhere, withListen } from './mapping.ts';
import { type Block, blocksOf, readDocument, readerFiles } from './markdown.ts';
import { listens, Sandbox } from './sandbox.ts';

/** Blocks that are code or commands; the others show output, or declarations. */
const CODE = /^(?:sh|js|mjs|html|yaml|json|ini|nginx|haproxy|apache|squid|caddyfile|conf|toml|dockerfile)$/;
/** At least so much of them has to run. */
const LEAST = 0.95;

/** What a page expects to be there already. */
const PREPARED: Readonly<Record<string, readonly string[]>> = {
  'docs/operating.md': ['fallback-gateway --listen 8080 --route /ws=ws://127.0.0.1:9001'],
};

const isRun = (block: Block): boolean => block.marks.includes('run');
/** test/documents/pages.test.ts runs these. */
const inBrowser = ({ language, marks }: Block): boolean => language === 'html' || marks.includes('browser');
const hasRecipe = ({ recipe, file }: Block): boolean =>
  recipe !== undefined && `${file} ${recipe}` in RECIPES;

/** Programs that a machine without CI need not have. */
const OPTIONAL = ['promtool'];

/** Whether a command is left out, as its program is not installed here. */
function isMissing(command: string): boolean {
  const name = OPTIONAL.find((one) => command.startsWith(`${one} `));
  if (name === undefined || program(name) !== undefined || process.env.CI === 'true') return false;
  console.log(`    skipped, as it is not installed: ${name}`);
  return true;
}

/** A block of tests of this checkout alone is run by them. */
function isOfTests({ language, text }: Block): boolean {
  return language === 'sh' && commandsOf(text).every((command) => runElsewhere(command) !== undefined);
}

describe('the code blocks of README and docs', function () {
  this.timeout(180_000);

  const files = readerFiles();
  const blocks = files.flatMap((file) => blocksOf(file)).filter(({ language }) => CODE.test(language));
  let sandbox: Sandbox;
  /** Answers every request with a page, for what needs an application. */
  const application = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><head><script></script></head>');
  });

  before(async () => {
    sandbox = new Sandbox();
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => sandbox.reset());
  afterEach(() => sandbox.stop());
  after(async () => {
    await sandbox?.remove();
    application.close();
  });

  it(`run, at least ${LEAST * 100} % of them`, () => {
    const left = blocks.filter((block) => !isRun(block) && !hasRecipe(block) && !isOfTests(block));
    const share = 1 - left.length / blocks.length;
    const percent = (share * 100).toFixed(1);
    console.log(`    ${blocks.length - left.length} of ${blocks.length} code blocks run: ${percent} %`);
    for (const { file, line, language } of left) console.log(`      not run: ${file}:${line} ${language}`);
    assert.ok(share >= LEAST, `${percent} %`);
  });

  it('have a language, as only output has none', () => {
    const bare = files.flatMap((file) => blocksOf(file)).filter(({ language }) => language === '');
    assert.deepEqual(
      bare.map(({ file, line }) => `${file}:${line}`),
      [],
    );
  });

  it('that are parts of a configuration are read by the test that runs them', () => {
    for (const test of Object.values(RECIPES))
      assert.match(readDocument(test), /\brecipe(?:Of|In)\(|startFrontProxy\(|docs\/front-proxies\.md/);
  });

  for (const file of files) {
    const runnable = blocks.filter((block) => block.file === file && isRun(block) && !inBrowser(block));
    if (runnable.length === 0) continue;
    it(`of ${file} run, in their order`, async () => {
      const ports = new Map<string, number>();
      const printed = new Set(runnable.flatMap(({ text }) => text.match(PORTS) ?? []));
      for (const port of [...printed, '8080']) ports.set(port, await freePort());
      if (!runnable.some(({ text }) => text.includes('listen(8000)')))
        ports.set('8000', (application.address() as AddressInfo).port);
      const mapped = (text: string): string =>
        REPLACED.reduce((result, [from, to]) => result.replaceAll(from, to), text).replaceAll(PORTS, (port) =>
          String(ports.get(port) ?? port),
        );
      const saved = new Map<string, string>();
      const perform = async (command: string): Promise<void> => {
        if (runElsewhere(command) !== undefined || isMissing(command)) return;
        const text = mapped(command);
        if (!isServer(command)) return void (await sandbox.run(text));
        const [, script] = /^node (\S+)/.exec(command) ?? [];
        const numbers = [...(saved.get(script ?? '') ?? '').matchAll(/\b\d{5}\b/g)].map(Number);
        const isConfigured =
          command.includes('--config ') && /^listen:/m.test(saved.get('gateway.yaml') ?? '');
        const served = isConfigured ? text : withListen(text, ports.get('8080') as number);
        await sandbox.serve(served, async (output) =>
          script === undefined
            ? /^open https?:/m.test(output)
            : (await Promise.all(numbers.map((port) => listens(port)))).every(Boolean),
        );
      };

      for (const command of PREPARED[file] ?? []) await perform(command);
      for (const block of runnable) {
        try {
          await runBlock(block, mapped(block.text), { saved, perform });
        } catch (error) {
          throw new Error(`${file}:${block.line} ${(error as Error).message}`, { cause: error });
        }
      }
    });
  }

  interface Page {
    readonly saved: Map<string, string>;
    perform(command: string): Promise<void>;
  }

  async function runBlock(block: Block, text: string, { saved, perform }: Page): Promise<void> {
    const name = block.marks.find((mark) => mark.startsWith('file='))?.slice('file='.length);
    const save = (as: string): void => {
      sandbox.save(as, text);
      saved.set(as, text);
    };
    if (block.language === 'sh') for (const command of commandsOf(block.text)) await perform(command);
    else if (block.language === 'yaml' && name === undefined) {
      save('gateway.yaml');
      await sandbox.run('fallback-gateway --config gateway.yaml --check');
    } else if (name !== undefined) save(name);
    else {
      save(`block-${block.line}.mjs`);
      await runProgram(`block-${block.line}.mjs`, text);
    }
  }

  /** A program ends by itself with 0, or serves on a port that it names. */
  async function runProgram(name: string, text: string): Promise<void> {
    const isEnding = text.includes('gateway.close()');
    if (isEnding) return void (await sandbox.run(`node ${name}`));
    const ports = [...text.matchAll(/(?:listen\(|listen: |port: )(\d{4,5})/g)].map(([, port]) =>
      Number(port),
    );
    assert.ok(ports.length > 0, 'it neither ends nor listens');
    await sandbox.serve(`node ${name}`, async () => (await Promise.all(ports.map(listens))).every(Boolean));
    await sandbox.stop();
  }
});
