import assert from 'node:assert/strict';
import { startGateway } from '../support/servers/gateway.ts';
import { type Fetched, fetchRaw } from './app-zoo/fetch.ts';
import { type Origin, startOrigin } from './app-zoo/origin.ts';
import { ACCEPT_PAGE, PLACE, type Specimen, specimens } from './app-zoo/specimens.ts';

describe('an application behind the gateway', () => {
  let origin: Origin;
  let gateway: Awaited<ReturnType<typeof startGateway>>;

  before(async () => {
    origin = await startOrigin({});
    gateway = await startGateway({ app: `http://127.0.0.1:${origin.port}` });
  });
  after(async () => {
    await gateway?.close();
    origin?.close();
  });

  const tagOf = ({ nonce }: Specimen): string =>
    `<script src="/shim/websocket.min.js" data-map="ws://127.0.0.1:${origin.port}/ -> /"` +
    `${nonce === undefined ? '' : ` nonce="${nonce}"`}></script>`;

  function get(port: number, specimen: Specimen): Promise<Fetched> {
    const { method = 'GET', accept = ACCEPT_PAGE } = specimen;
    // The application's own Host, so that nothing but the gateway makes a difference.
    const headers = { Host: 'app.example', Accept: accept, 'Accept-Encoding': 'gzip, deflate, br' };
    return fetchRaw(port, `/${specimens.indexOf(specimen)}`, headers, { method });
  }

  it('has a zoo of answers to pass on', () => {
    assert.ok(specimens.length >= 30, `${specimens.length} specimens`);
    assert.equal(new Set(specimens.map(({ name }) => name)).size, specimens.length);
  });

  for (const specimen of specimens) {
    const isTagged = specimen.body.includes(PLACE);
    it(`${isTagged ? 'has the tag and no other change in' : 'is the same in'} ${specimen.name}`, async () => {
      const direct = await get(origin.port, specimen);
      const seen = await get(gateway.port, specimen);
      const tag = isTagged ? tagOf(specimen) : '';
      const body = Buffer.from(specimen.body.replace(PLACE, tag), 'latin1');
      assert.equal(seen.status, direct.status);
      assert.ok(seen.body.equals(body), `the body is ${seen.body.toString('latin1', 0, 2_000)}`);
      assert.deepEqual(seen.fields, isTagged ? changed(direct.fields, specimen, tag.length) : direct.fields);
      if (specimen.nonce === undefined) assert.ok(tag.length < 120, `${tag.length} bytes`);
    });
  }

  /** The application's fields with the changes that the specimen lists. */
  function changed(fields: readonly string[], { changed = {} }: Specimen, added: number): string[] {
    const expected: string[] = [];
    for (let at = 0; at < fields.length; at += 2) {
      const name = fields[at] as string;
      const value = fields[at + 1] as string;
      const lower = name.toLowerCase();
      if (lower in changed) {
        if (changed[lower] !== undefined) expected.push(name, changed[lower]);
      } else expected.push(name, lower === 'content-length' ? String(Number(value) + added) : value);
    }
    return expected;
  }
});
