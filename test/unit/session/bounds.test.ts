import assert from 'node:assert/strict';
import { encodeBytes, encodeBytesControl, parseBytes } from '../../../gateway/protocol/byte-form.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import { encodeText, encodeTextControl, parseText } from '../../../gateway/protocol/text-form.ts';
import { unitOf } from '../../../gateway/protocol/unit.ts';
import { usedMemory } from '../../support/machine/memory.ts';
import { written } from '../../support/sessions.ts';
import { open } from './open-session.ts';

const turn = (): Promise<void> => Promise.resolve();

describe('a session, at the bounds of memory', () => {
  it('counts what its inbox and outbox hold, and nothing once it is over', () => {
    const { accept, session, held } = open();
    session.pause();
    accept(`#1␞T${'a'.repeat(300)}␞`);
    const inbox = held();
    assert.ok(inbox >= 300 && inbox < 600, `${inbox} counted`);
    session.send(Message.text('b'.repeat(300)));
    assert.ok(held() - inbox >= 300 && held() - inbox < 600, `${held()} counted`);
    session.abandon();
    assert.equal(held(), 0);
  });

  for (const form of ['text', 'bytes'] as const) {
    it(`keeps of a request in ${form} the messages that come back, and nothing else of it`, () => {
      const { session } = open({ limits: { outbox: 1e6, maxBuffered: 1e6 } });
      const known = Message.text('k'.repeat(100_000));
      const before = usedMemory();
      for (let number = 2; number < 202; number++) {
        const echoed = Message.text(`${number} is an echo`);
        const { arrivals } =
          form === 'text'
            ? parseText(encodeTextControl('#', '1') + encodeText(known, false) + encodeText(echoed, false))
            : parseBytes(
                Buffer.concat([
                  encodeBytesControl('#', '1'),
                  ...encodeBytes(known, false),
                  ...encodeBytes(echoed, false),
                ]),
              );
        session.send(arrivals.at(-1)?.message as Message);
      }
      const grown = usedMemory() - before;
      assert.ok(grown < 5e6, `${grown} bytes for 200 small messages`);
      session.abandon();
    });
  }

  it('counts what a delayed request waits with', () => {
    const { accept, session, held } = open();
    session.pause();
    accept(`#1␞T${'a'.repeat(450)}␞`);
    const before = held();
    accept(`#2␞T${'b'.repeat(450)}␞`);
    assert.ok(held() - before >= 450, `${held()} counted`);
    session.resume();
    assert.equal(held(), 0);
  });

  it('refuses a request with 503 where what it brings would have to be held, and takes it later', () => {
    const { accept, session, backend, answers } = open({ memory: 600 });
    session.pause();
    accept('#1␞Tone␞');
    assert.throws(() => accept('#2␞Ttwo␞'), { status: 503, code: 'GW_MEMORY' });
    assert.equal(session.received, 1);
    session.resume();
    accept('#2␞Ttwo␞');
    assert.deepEqual(backend.lines, ['one', 'two']);
    assert.deepEqual(answers, ['A1', 'A2']);
  });

  it('takes acknowledgements all the same: they free what is held', async () => {
    const { accept, attach, session, held } = open({ memory: 600 });
    attach(1, 0);
    session.pause();
    session.send(Message.text('x'.repeat(390)));
    await turn();
    accept('A1␞');
    assert.equal(held(), 0);
  });

  it('requests an acknowledgement when its outbox is full, once everything is written', async () => {
    const { accept, attach, session, backend } = open({ limits: { outbox: 2_000 } });
    const stream = attach(1, 0);
    let sent = 0;
    while (session.send(Message.text('x'))) sent++;
    await turn();
    assert.ok(sent < 20, `${sent + 1} small messages filled 2,000 bytes`);
    assert.equal(stream.lines.at(-1), 'H');
    // Shims up to 0.1.0 count the payload alone, and acknowledge small messages late.
    accept(`A${sent + 1}␞`);
    assert.deepEqual(backend.lines, ['drained']);
  });

  it('makes its backend wait while there is no memory, and lets it go on with the next acknowledgement', async () => {
    const { accept, attach, session, backend } = open({ memory: 300 });
    attach(1, 0);
    assert.equal(session.send(Message.text('x'.repeat(200))), false);
    await turn();
    accept('A1␞');
    assert.deepEqual(backend.lines, ['drained']);
  });

  it('closes with 1013 where the backend goes on although there is no memory', () => {
    const { session, backend } = open({ memory: 300, limits: { maxBuffered: 1e6 } });
    for (let count = 0; count < 20; count++) session.send(Message.text('x'.repeat(300)));
    assert.deepEqual(backend.lines, ['closed 1013 too much unread']);
    assert.ok(session.bufferedAmount < 3_000);
  });

  it('closes with 1013 a message in fragments that there is no memory for', () => {
    const { accept, backend } = open({ memory: 2_000 });
    accept(`#1␞t${'x'.repeat(1_000)}␞`);
    accept(`#2␞t${'y'.repeat(1_000)}␞`);
    assert.deepEqual(backend.lines, ['closed 1013 out of memory']);
  });

  it('takes all of a request that nobody repeats, once it has begun', () => {
    const { session, backend } = open({ memory: 1_100, policy: written });
    session.pause();
    session.checkRoom();
    for (const text of ['x', 'y', 'z']) {
      session.accept(unitOf([Message.text(text.repeat(300))], session.received + 1), () => {});
    }
    assert.throws(() => session.checkRoom(), { status: 429 });
    session.resume();
    assert.equal(backend.lines.length, 3);
  });
});

describe('a session with a maximum age', () => {
  it('is closed with 1001 on both sides at that age, though its client is alive', async () => {
    const { clock, accept, attach, backend, forgotten } = open({ limits: { maxSessionAge: 100_000 } });
    clock.advance(1_000);
    const stream = attach(1, 0);
    for (let beat = 0; beat < 4; beat++) {
      clock.advance(24_000);
      accept('A0␞');
    }
    assert.deepEqual(backend.lines, []);
    clock.advance(3_000);
    await turn();
    assert.deepEqual(backend.lines, ['closed 1001 session too old']);
    assert.equal(stream.lines.at(-1), '#1␞C1001,session too old␞');
    accept('A1␞');
    assert.equal(forgotten(), 1);
    assert.equal(clock.timers, 0);
  });

  it('ends at that age also between two downstreams, with its window', () => {
    const { clock, attach, session, backend, forgotten } = open({ limits: { maxSessionAge: 50_000 } });
    session.detach(attach(1, 0));
    clock.advance(50_000);
    assert.deepEqual(backend.lines, ['closed 1001 session too old']);
    clock.advance(120_000);
    assert.equal(forgotten(), 1);
  });
});
