import assert from 'node:assert/strict';
import type { Claim } from '../../../gateway/session/claim.ts';
import { Creations } from '../../../gateway/session/creations.ts';
import type { Session } from '../../../gateway/session/session.ts';

describe('the creations', () => {
  /** Opens sessions, counts them, and can end the last one. */
  function opener() {
    const opened = {
      count: 0,
      renewed: 0,
      end: () => {},
      session: { wasAttached: false, renew: () => void opened.renewed++ },
    };
    const open = async (claim: Claim): Promise<Session> => {
      opened.count++;
      opened.end = () => claim.ended();
      return opened.session as unknown as Session;
    };
    return { opened, open };
  }

  it('open one session for a create that is repeated before it is attached', async () => {
    const creations = new Creations();
    const { opened, open } = opener();
    const sessions = await Promise.all([
      creations.begin('n', 'like', open),
      creations.begin('n', 'like', open),
    ]);
    assert.equal(sessions[0], sessions[1]);
    assert.equal(opened.renewed, 0);
    assert.equal(await creations.begin('n', 'like', open), sessions[0]);
    assert.deepEqual([opened.count, opened.renewed], [1, 1]);
  });

  it('refuse a nonce that is used for something else, or whose session is attached', async () => {
    const creations = new Creations();
    const { opened, open } = opener();
    await creations.begin('n', 'like', open);
    await assert.rejects(creations.begin('n', 'other', open), { status: 409 });
    opened.session.wasAttached = true;
    await assert.rejects(creations.begin('n', 'like', open), { status: 409 });
  });

  it('refuse a repeat that comes when the session is long over', async () => {
    const creations = new Creations();
    const { opened, open } = opener();
    await creations.begin('n', 'like', open);
    opened.session.wasAttached = true;
    opened.end();
    await assert.rejects(creations.begin('n', 'like', open), { status: 409 });
    assert.equal(opened.count, 1);
  });

  it('open another session for a client that never had the answer to the first', async () => {
    const creations = new Creations();
    const { opened, open } = opener();
    await creations.begin('n', 'like', open);
    opened.end();
    await creations.begin('n', 'like', open);
    assert.equal(opened.count, 2);
  });

  it('free the nonce when the backend did not accept', async () => {
    const creations = new Creations();
    const { opened, open } = opener();
    await assert.rejects(
      creations.begin('n', 'like', () => Promise.reject(new Error('no'))),
      /no/,
    );
    await creations.begin('n', 'like', open);
    assert.equal(opened.count, 1);
  });

  it('forget the oldest of ten thousand sessions that are over', async () => {
    const creations = new Creations();
    const { opened, open } = opener();
    opened.session.wasAttached = true;
    for (let i = 0; i <= 10_000; i++) {
      await creations.begin(`n${i}`, 'like', open);
      opened.end();
    }
    await assert.rejects(creations.begin('n1', 'like', open), { status: 409 });
    await creations.begin('n0', 'like', open);
  });
});
