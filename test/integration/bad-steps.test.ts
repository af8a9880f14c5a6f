import assert from 'node:assert/strict';
import { createLog } from '../../gateway/base/log.ts';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { Random } from '../support/random.ts';

describe('a create whose steps are anything', () => {
  let gateway: Gateway;
  let port: number;
  let lines: string[] = [];

  before(async () => {
    const log = createLog({ level: 'debug', format: 'json', write: (line) => void lines.push(line) });
    const routes = ['/echo=echo:'];
    gateway = createGateway(
      { listen: '127.0.0.1:0', demo: false, routes, maxSessions: 10_000, grace: 0 },
      { log },
    );
    ({ port } = await gateway.listen());
  });
  beforeEach(() => {
    lines = [];
  });
  after(() => gateway.close(0));

  let last = 0;

  /** `steps` is what stands behind `=`, encoded. */
  async function create(...steps: readonly string[]): Promise<{ status: number; answer: URLSearchParams }> {
    const origin = `http://127.0.0.1:${port}`;
    const nonce = String(++last).padStart(16, '0');
    const fields = steps.map((one) => `&steps=${one}`).join('');
    const response = await fetch(`${origin}/echo/_fallback/v1/create`, {
      method: 'POST',
      headers: { origin },
      body: `nonce=${nonce}&url=%2Fecho&origin=${encodeURIComponent(origin)}&protocols=${fields}`,
    });
    return { status: response.status, answer: new URLSearchParams(await response.text()) };
  }

  const ignored = (): number => lines.filter((line) => line.includes('steps ignored')).length;

  it('is answered with the word, if they are good', async () => {
    const { status, answer } = await create('w5.nyynnnynn');
    assert.deepEqual([status, answer.get('downgraded')], [200, 'upgrade-refused']);
    assert.equal(ignored(), 0);
  });

  it('has no word without steps, and no line', async () => {
    const { status, answer } = await create();
    assert.deepEqual([status, answer.has('downgraded')], [200, false]);
    assert.equal(ignored(), 0);
  });

  it('is made all the same, with one line at debug, if they come twice', async () => {
    const { status, answer } = await create('w5.nyynnnynn', 'w5.nyynnnynn');
    assert.deepEqual([status, answer.has('downgraded')], [200, false]);
    assert.equal(ignored(), 1);
  });

  it('is made all the same, and nothing of them reaches the log, whatever bytes they are', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = new Random(seed);
    const mark = 'eViL';
    for (let run = 0; run < 200; run++) {
      const length = random.pick([0, 1, 20, 513, 4_000]);
      const bytes = Array.from({ length }, () => random.int(0, 255).toString(16).padStart(2, '0'));
      const escaped = bytes.map((byte) => `%${byte}`).join('');
      const good = random.chance(0.3) ? 'w5.nyynnnynn' : '';
      const raw = random.chance(0.3) ? '%' : '';
      const { status } = await create(`${good}%0A${mark}%22${escaped}${raw}`);
      assert.equal(status, 200, `seed ${seed}, run ${run}`);
    }
    assert.equal(ignored(), 200, `seed ${seed} ${lines.slice(0, 6)}`);
    const text = lines.join('');
    assert.doesNotMatch(text, new RegExp(mark), `seed ${seed}`);
    // Every line is one of the log's own.
    for (const line of text.trimEnd().split('\n')) assert.ok(JSON.parse(line).msg, `seed ${seed}`);
  }).timeout(60_000);
});
