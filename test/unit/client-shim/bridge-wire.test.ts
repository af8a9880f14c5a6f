import assert from 'node:assert/strict';
import { VERSION } from '../../../client-shim/src/lang/version.ts';
import { encodeBridge, readBridge } from '../../../client-shim/src/wire/bridge.ts';

describe('what page and bridge tell each other (PROTOCOL.md §14)', () => {
  const read = (text: unknown) => readBridge(text)?.slice(1);

  it('is encoded as the protocol has it', () => {
    assert.equal(encodeBridge(2, '1', 'T', '5,hello'), `fallback-gateway ${VERSION} 2 1 T5,hello`);
  });

  it('is read as it was encoded, whatever it says', () => {
    for (const data of ['', ' ', '5,hello', 'two\nlines \u2028 and a \ud83d\ude00', '1 2 T3'])
      assert.deepEqual(read(encodeBridge(7, '12', 'B', data)), ['7', '12', 'B', data]);
  });

  it('is nothing of other scripts, other versions, or half of ours', () => {
    const wrong = [
      undefined,
      null,
      { type: 'x' },
      '',
      'hello',
      `fallback-gateway ${VERSION}`,
      `fallback-gateway ${VERSION} 1 1 `,
      `fallback-gateway ${VERSION} 1 1 t`,
      `fallback-gateway ${VERSION} -1 1 T`,
      `fallback-gateway ${VERSION}1 1 1 T`,
      `fallback-gateway 0.0.9 1 1 Tx`,
      ` fallback-gateway ${VERSION} 1 1 Tx`,
    ];
    for (const text of wrong) assert.equal(readBridge(text), null, String(text));
  });
});
