import assert from 'node:assert/strict';
import { text } from '../../../gateway/dialect/text.ts';
import { encodeBytes, encodeBytesControl, parseBytes } from '../../../gateway/protocol/byte-form.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import { parseText } from '../../../gateway/protocol/text-form.ts';
import { unitOf } from '../../../gateway/protocol/unit.ts';
import { usedMemory } from '../../support/machine/memory.ts';
import { written } from '../../support/sessions.ts';
import { LIMITS, open, visible } from './open-session.ts';

/** A frame in byte form with its number. */
function frameOf(number: number, message: Message, more = false): Buffer {
  return Buffer.concat([encodeBytesControl('#', String(number)), ...encodeBytes(message, more)]);
}

/** Lets the session write what it has. */
const turn = (): Promise<void> => Promise.resolve();

describe('a session whose dialect prepares deliveries', () => {
  const macroturn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

  it('delivers when the work is done, in order, to the carrier that is there then', async () => {
    let steps = 3;
    const prepare = () => (steps > 0 ? { bytes: 100, step: () => --steps === 0 } : undefined);
    const { session, attach } = open({ policy: { ...written, prepare } });
    const first = attach(1, 0, 'poll');
    session.send(Message.text('one'));
    session.send(Message.text('two'));
    await macroturn();
    session.detach(first);
    assert.equal(steps, 2);
    for (let turns = 0; turns < 3; turns++) await macroturn();
    const second = attach(2, 0, 'poll');
    for (let turns = 0; turns < 3; turns++) await macroturn();
    assert.equal(steps, 0);
    assert.deepEqual(first.lines, []);
    assert.match(second.lines.join(), /Tone␞Ttwo␞/);
  });

  it('counts what is prepared, and prepares all at once where memory has no room', async () => {
    for (const memory of [100_000, 1_000]) {
      const work = {
        bytes: 0,
        step: () => {
          work.bytes += 1_000;
          return work.bytes === 4_000;
        },
      };
      const prepare = () => (work.bytes < 4_000 ? work : undefined);
      const { session, attach, held } = open({ memory, policy: { ...written, prepare } });
      const poll = attach(1, 0, 'poll');
      session.send(Message.text('one'));
      await turn();
      await turn();
      if (memory > 4_000) assert.ok(held() > 1_000 && held() < 2_000, `${held()}`);
      else assert.match(poll.lines.join(), /Tone␞/);
      for (let turns = 0; turns < 6; turns++) await macroturn();
      assert.match(poll.lines.join(), /Tone␞/);
      assert.equal(held(), 0);
    }
  });
});

describe('a session, towards the backend', () => {
  it('hands messages on in the order of their numbers, whatever order they come in', () => {
    const { accept, backend, answers } = open();
    accept('#3␞Tthree␞');
    accept('#1␞Tone␞');
    accept('#2␞Ttwo␞');
    assert.deepEqual(backend.lines, ['one', 'two', 'three']);
    assert.deepEqual(answers, ['A0', 'A1', 'A3']);
  });

  it('takes a repeated request for what it is', () => {
    const { accept, backend, answers } = open();
    accept('#1␞Tone␞Ttwo␞');
    accept('#1␞Tone␞Ttwo␞');
    accept('#2␞Ttwo␞Tthree␞');
    assert.deepEqual(backend.lines, ['one', 'two', 'three']);
    assert.deepEqual(answers, ['A2', 'A2', 'A3']);
  });

  it('does not keep more early frames than its inbox may hold', () => {
    const { accept, backend, answers } = open();
    accept(`#2␞T${'x'.repeat(600)}␞`);
    accept('#1␞Tone␞');
    assert.deepEqual(backend.lines, ['one']);
    assert.deepEqual(answers, ['A0', 'A1']);
  });

  it('puts fragments together, however many requests they came in', () => {
    const { accept, backend } = open();
    accept('#1␞ta␞tb␞');
    accept('#3␞Tc␞bAQ==␞');
    accept('#5␞BAg==␞');
    assert.deepEqual(backend.lines, ['abc', 'binary 0102']);
  });

  it('closes both sides with 1009 when fragments make a message too big', async () => {
    const { accept, attach, backend } = open({ maxMessage: 5 });
    const stream = attach(1, 0);
    accept('#1␞tabc␞Tdef␞');
    await turn();
    assert.deepEqual(backend.lines, ['closed 1009 message too big']);
    assert.equal(stream.lines.at(-1), 'A2␞#1␞C1009,message too big␞');
  });

  it('closes both sides with 1002 when the fragments of a message are of two kinds', async () => {
    const { accept, backend, attach } = open();
    const stream = attach(1, 0);
    accept('#1␞ttext␞');
    accept('#2␞B/w==␞');
    await turn();
    assert.deepEqual(backend.lines, ['closed 1002 a message of two kinds']);
    assert.deepEqual(stream.lines.at(-1), 'A2␞#1␞C1002,a message of two kinds␞');
  });

  it('delays the answer while the backend takes no more and the inbox is full', () => {
    const { accept, backend, session, answers } = open();
    session.pause();
    accept(`#1␞T${'a'.repeat(450)}␞`);
    assert.deepEqual(answers, []);
    accept('#2␞Tb␞');
    session.resume();
    assert.deepEqual(answers, ['A1', 'A2']);
    assert.deepEqual(backend.lines, ['a'.repeat(450), 'b']);
  });

  for (const [kind, longest] of [
    ['stream', 1000],
    ['socket', 25_000],
  ] as const)
    it(`answers what it had no room for after ${longest} ms beside a ${kind}`, () => {
      const { accept, attach, session, answers, clock } = open();
      attach(1, 0, kind);
      session.pause();
      accept(`#1␞T${'a'.repeat(450)}␞`);
      accept('#2␞Tb␞');
      clock.advance(longest - 1);
      assert.deepEqual(answers, []);
      clock.advance(1);
      assert.deepEqual(answers, ['A1', 'A1']);
    });

  it('takes no more of one request than its inbox may hold, however small the messages are', () => {
    const { accept, session, answers } = open();
    session.pause();
    accept(`#1␞${'T␞'.repeat(100)}`);
    assert.ok(session.received < 10, `${session.received} taken`);
    session.resume();
    assert.deepEqual(answers, [`A${session.received}`]);
  });

  it('goes on with what a delayed request still has when there is room', () => {
    const { accept, session, backend, answers } = open();
    session.pause();
    accept(`#1␞T${'a'.repeat(450)}␞Tb␞`);
    session.resume();
    assert.deepEqual(backend.lines, ['a'.repeat(450), 'b']);
    assert.deepEqual(answers, ['A2']);
  });

  it('does not keep a delayed request that would take much more memory than the inbox may', () => {
    const { accept, session, answers } = open();
    session.pause();
    accept(`#1␞T${'a'.repeat(450)}␞`);
    accept(`#2␞${'T␞'.repeat(100)}`);
    session.resume();
    assert.deepEqual(answers, ['A1', 'A1']);
  });

  it('acknowledges on a WebSocket also what it had delayed', async () => {
    const { accept, attach, session } = open();
    const socket = attach(1, 0, 'socket');
    session.pause();
    accept(`#1␞T${'a'.repeat(450)}␞`);
    accept('#2␞Tb␞');
    await turn();
    session.resume();
    await turn();
    assert.equal(socket.lines.at(-1), 'A2␞#1␞');
  });

  it('refuses more delayed requests than it may have, and takes nothing of them', () => {
    const { accept, session, backend } = open();
    session.pause();
    accept(`#1␞T${'a'.repeat(450)}␞`);
    accept('#2␞Tb␞');
    assert.throws(() => accept('#3␞Tc␞'), { status: 429 });
    session.resume();
    assert.deepEqual(backend.lines, ['a'.repeat(450), 'b']);
  });

  for (const kept of ['early', 'waiting', 'part of a message', 'delayed'] as const) {
    it(`keeps the frames of a request that are ${kept}, and nothing else of it`, () => {
      const requests = 200;
      const limits = { inbox: 100_000, maxDelayed: 1 + requests };
      const { session, backend } = open({ limits, maxMessage: 200_000 });
      const known = 'k'.repeat(100_000);
      const more = kept === 'part of a message';
      if (kept === 'delayed') session.pause();
      session.accept(parseText(`#1\x1eT${known}\x1e`), () => {});
      if (kept === 'waiting') session.pause();
      const before = usedMemory();
      for (let index = 0; index < requests; index++) {
        const first = kept === 'early' ? 3 + index : 2 + index;
        // A frame that is there already, and a small one that is not.
        if (kept === 'part of a message' || index % 2 === 0) {
          const small = Message.binary(Buffer.alloc(20, index));
          const body = Buffer.concat([frameOf(1, Message.text(known)), frameOf(first, small, more)]);
          session.accept(parseBytes(body), () => {});
        } else {
          session.accept(
            parseText(`#1\x1eT${known}\x1e#${first}\x1eT${index}${'s'.repeat(20)}\x1e`),
            () => {},
          );
        }
      }
      const grown = usedMemory() - before;
      assert.deepEqual(backend.lines, kept === 'delayed' ? [] : [known]);
      assert.ok(grown < 5e6, `${grown} bytes for ${requests} frames of 20`);
      session.abandon();
    });
  }

  it('tells the backend of a close behind all messages, and of nothing after it', () => {
    const { accept, backend, session } = open();
    session.pause();
    accept('#1␞Tone␞C4001,bye␞');
    session.resume();
    accept('#3␞Ttwo␞');
    assert.deepEqual(backend.lines, ['one', 'closed 4001 bye']);
  });

  it('refuses the acknowledgement of what was never sent', () => {
    const { accept } = open();
    assert.throws(() => accept('A1␞'), { name: 'MalformedError' });
  });

  it('ends at once when the page is gone', () => {
    const { accept, backend, forgotten } = open();
    accept('#1␞Tlast␞X␞');
    assert.deepEqual(backend.lines, ['last', 'closed 1001']);
    assert.equal(forgotten(), 1);
  });
});

describe('a session, towards the client', () => {
  it('writes all that was sent in one turn in one piece', async () => {
    const { session, attach } = open();
    const stream = attach(1, 0);
    session.send(Message.text('one'));
    session.send(Message.text('two'));
    await turn();
    assert.deepEqual(stream.lines, ['#1␞', '#1␞Tone␞Ttwo␞']);
  });

  it('answers a poll once and keeps the rest for the next', async () => {
    const { session, attach } = open();
    const first = attach(1, 0, 'poll');
    session.send(Message.text('one'));
    await turn();
    session.send(Message.text('two'));
    const second = attach(2, 1, 'poll');
    await turn();
    assert.deepEqual(first.lines, ['#1␞Tone␞']);
    assert.deepEqual(second.lines, ['#2␞Ttwo␞']);
  });

  it('writes again what was written and not acknowledged', async () => {
    const { session, attach } = open();
    const lost = attach(1, 0);
    session.send(Message.text('one'));
    session.send(Message.text('two'));
    await turn();
    session.detach(lost);
    const next = attach(2, 1);
    assert.deepEqual(next.lines, ['#2␞Ttwo␞']);
  });

  it('gives the downstream to the newer attach and ends the older as superseded', () => {
    const { attach } = open();
    const older = attach(1, 0);
    const newer = attach(2, 0);
    assert.deepEqual(older.lines, ['#1␞', 'end superseded']);
    assert.deepEqual(newer.lines, ['#1␞']);
  });

  it('turns away an attach that was delayed on its way', () => {
    const { attach } = open();
    const newer = attach(2, 0);
    const delayed = attach(1, 0);
    assert.deepEqual(delayed.lines, ['end superseded']);
    assert.deepEqual(newer.lines, ['#1␞']);
  });

  it('lets a repeat of the newest attach take over, and starts no earlier than what was acknowledged', async () => {
    const { session, attach, accept } = open();
    attach(1, 0);
    session.send(Message.text('one'));
    await turn();
    accept('A1␞');
    const repeated = attach(1, 0);
    assert.deepEqual(repeated.lines, ['#2␞']);
  });

  it('refuses a second downstream where the dialect refuses it', () => {
    const { attach } = open({ policy: written });
    const first = attach(1, 0);
    const second = attach(1, 0);
    assert.deepEqual(first.lines, ['#1␞']);
    assert.deepEqual(second.lines, ['end refused']);
  });

  it('forgets what was written where the dialect knows no acknowledgements', async () => {
    const { session, attach } = open({ policy: written });
    attach(1, 0);
    session.send(Message.text('one'));
    await turn();
    assert.equal(session.bufferedAmount, 0);
  });

  it('tells the end to every downstream that comes, where it cannot be acknowledged', async () => {
    const { session, attach, clock, forgotten } = open({
      policy: written,
    });
    const first = attach(1, 0);
    session.send(Message.text('last'));
    session.close({ code: 4001, reason: 'bye' });
    await turn();
    session.detach(first);
    assert.deepEqual(first.lines, ['#1␞', '#1␞Tlast␞C4001,bye␞']);
    const second = attach(1, 0);
    assert.deepEqual(second.lines, ['#2␞C4001,bye␞']);
    session.detach(second);
    clock.advance(LIMITS.resumeWindow);
    assert.equal(forgotten(), 1);
  });

  it('waits at its end for a downstream that still takes messages before it', async () => {
    const { session, attach, clock, forgotten } = open({
      limits: { silence: Number.POSITIVE_INFINITY },
      policy: written,
    });
    const slow = attach(1, 0);
    slow.takesMore = false;
    session.send(Message.text('one'));
    await turn();
    session.send(Message.text('two'));
    session.close({ code: 4001, reason: '' });
    clock.advance(LIMITS.resumeWindow - 1);
    session.writable(slow);
    await turn();
    assert.equal(slow.lines.at(-1), '#2␞Ttwo␞C4001␞');
    clock.advance(LIMITS.resumeWindow - 1);
    assert.equal(forgotten(), 0);
    clock.advance(1);
    assert.equal(forgotten(), 1);
  });

  it('is over when the downstream is lost, where the client cannot state how much arrived', () => {
    const { session, attach, backend, forgotten } = open({
      policy: written,
    });
    const first = attach(1, 0);
    session.lost(attach(1, 0));
    assert.equal(session.state, 'attached');
    session.lost(first);
    assert.equal(forgotten(), 1);
    assert.deepEqual(backend.lines, ['closed 1001']);
  });

  it('takes all of what a client sends that does not repeat it, and answers when there is room', () => {
    const { session, backend } = open({ policy: written });
    const answered: string[] = [];
    const take = (...texts: string[]): void => {
      const messages = texts.map((text) => Message.text(text));
      session.accept(unitOf(messages, session.received + 1), () => answered.push(texts.join('')));
    };
    const [b, c, d] = ['b'.repeat(400), 'c'.repeat(400), 'd'.repeat(600)] as const;
    session.pause();
    take('a');
    take(b, c);
    assert.deepEqual(answered, ['a']);
    assert.throws(() => session.checkRoom(), { status: 429 });
    session.resume();
    assert.deepEqual(answered, ['a', b + c]);
    assert.deepEqual(backend.lines, ['a', b, c]);
    session.pause();
    take(d);
    session.abandon();
    assert.deepEqual(answered, ['a', b + c, d]);
  });

  it('acknowledges on the downstream before it writes the answer to what it acknowledges', async () => {
    const { session, attach, accept } = open();
    const stream = attach(1, 0);
    accept('#1␞Tping␞');
    session.send(Message.text('pong'));
    await turn();
    assert.equal(stream.lines.at(-1), 'A1␞#1␞Tpong␞');
  });

  it('acknowledges on a WebSocket though there is nothing else to say', async () => {
    const { attach, accept } = open();
    const socket = attach(1, 0, 'socket');
    accept('#1␞Tping␞');
    await turn();
    assert.equal(socket.lines.at(-1), 'A1␞#1␞');
  });

  it('waits while the carrier takes no more', async () => {
    const { session, attach } = open();
    const stream = attach(1, 0);
    stream.takesMore = false;
    session.send(Message.text('one'));
    await turn();
    session.send(Message.text('two'));
    await turn();
    assert.equal(stream.lines.length, 2);
    session.writable(stream);
    await turn();
    assert.equal(stream.lines.at(-1), '#2␞Ttwo␞');
  });

  it('asks the backend to wait at the bound of the outbox, and to go on when half of it is acknowledged', async () => {
    const { session, attach, accept, backend } = open();
    attach(1, 0);
    for (let i = 0; i < 3; i++) session.send(Message.text('x'.repeat(300)));
    assert.equal(session.send(Message.text('x'.repeat(300))), false);
    await turn();
    accept('A1␞');
    assert.deepEqual(backend.lines, []);
    accept('A3␞');
    assert.deepEqual(backend.lines, ['drained']);
  });

  it('lets the backend go on behind the close of the client, too: its answer is behind what it has to say', async () => {
    const { session, accept, attach, backend } = open();
    attach(1, 0);
    assert.equal(session.send(Message.text('x'.repeat(1_390))), false);
    await turn();
    accept('#1␞C4000,bye␞');
    accept('A4␞');
    assert.deepEqual(backend.lines, ['closed 4000 bye', 'drained']);
    session.close({ code: 4000, reason: 'bye' });
    accept('A5␞');
    assert.deepEqual(backend.lines, ['closed 4000 bye', 'drained']);
  });

  it('closes with 1013 a session whose backend cannot be made to wait', () => {
    const { session, backend } = open();
    for (let i = 0; i < 20; i++) session.send(Message.text('x'.repeat(300)));
    assert.deepEqual(backend.lines, ['closed 1013 too much unread']);
    assert.ok(session.bufferedAmount < 3_500);
  });

  it('splits a long message into fragments with numbers of their own', () => {
    const { session, attach } = open();
    session.send(Message.text(`${'a'.repeat(400)}${'b'.repeat(10)}`));
    const stream = attach(1, 0);
    assert.deepEqual(stream.lines, [`#1␞t${'a'.repeat(400)}␞T${'b'.repeat(10)}␞`]);
  });

  it('ends with a close that is kept until it is acknowledged', async () => {
    const { session, attach, accept, backend, forgotten } = open();
    const lost = attach(1, 0);
    session.send(Message.text('last'));
    session.close({ code: 4003, reason: 'kicked' });
    session.send(Message.text('too late'));
    await turn();
    session.detach(lost);
    const next = attach(2, 0);
    assert.deepEqual(next.lines, ['#1␞Tlast␞C4003,kicked␞']);
    assert.equal(forgotten(), 0);
    accept('A2␞');
    assert.equal(forgotten(), 1);
    assert.equal(next.lines.at(-1), 'end gone');
    assert.deepEqual(backend.lines, []);
  });

  it('marks an end without Close as abnormal', () => {
    const { session, attach } = open();
    session.close({ code: 1006, reason: '' });
    assert.deepEqual(attach(1, 0).lines, ['#1␞X␞']);
  });

  it('sends a close without code as an empty one', () => {
    const { session, attach } = open();
    session.close({ code: 1005, reason: '' });
    assert.deepEqual(attach(1, 0).lines, ['#1␞C␞']);
  });
});

describe('a session, in time', () => {
  it('closes its backend with 1001 when no downstream ever comes', () => {
    const { clock, backend, forgotten } = open();
    clock.advance(4_999);
    assert.equal(forgotten(), 0);
    clock.advance(1);
    assert.deepEqual(backend.lines, ['closed 1001']);
    assert.equal(forgotten(), 1);
    assert.equal(clock.timers, 0);
  });

  it('waits its full time again for a client that repeats its request, and no longer once it was attached', () => {
    const { clock, session, attach, forgotten } = open();
    clock.advance(4_000);
    session.renew();
    clock.advance(4_999);
    assert.equal(session.state, 'created');
    attach(1, 0);
    session.renew();
    assert.equal(session.state, 'attached');
    clock.advance(5_000);
    assert.equal(forgotten(), 0);
  });

  it('writes a heartbeat when it was silent for that long', async () => {
    const { clock, attach, accept, session } = open();
    const stream = attach(1, 0);
    clock.advance(20_000);
    session.send(Message.text('x'));
    await turn();
    clock.advance(24_999);
    accept('A1␞');
    assert.equal(stream.lines.at(-1), '#1␞Tx␞');
    clock.advance(1);
    assert.equal(stream.lines.at(-1), 'H');
  });

  it('answers a poll with a heartbeat, and then has no downstream', () => {
    const { clock, attach, session } = open();
    const poll = attach(1, 0, 'poll');
    clock.advance(25_000);
    assert.deepEqual(poll.lines, ['H']);
    assert.equal(session.state, 'detached');
  });

  it('drops the downstream of a silent client, and ends when nobody comes back', () => {
    const { clock, attach, backend, session, forgotten } = open();
    const stream = attach(1, 0);
    clock.advance(62_500);
    assert.equal(stream.lines.at(-1), 'end recycled');
    assert.equal(session.state, 'detached');
    clock.advance(119_999);
    assert.equal(forgotten(), 0);
    clock.advance(1);
    assert.deepEqual(backend.lines, ['closed 1001']);
    assert.equal(forgotten(), 1);
  });

  it('lives on while the client gives signs of life', () => {
    const { clock, attach, accept, session } = open();
    attach(1, 0);
    for (let i = 0; i < 20; i++) {
      clock.advance(25_000);
      accept('A0␞');
    }
    assert.equal(session.state, 'attached');
  });

  it('keeps an ended session no longer than the window', () => {
    const { clock, session, forgotten } = open();
    session.close({ code: 1000, reason: '' });
    clock.advance(120_000);
    assert.equal(forgotten(), 1);
  });

  it('keeps an ended session for a client that is slow to read what comes before the end', async () => {
    const { clock, session, accept, attach, forgotten } = open({ limits: { maxBuffered: 1e6 } });
    for (let count = 0; count < 5; count++) session.send(Message.text('x'));
    session.close({ code: 1000, reason: '' });
    attach(1, 0);
    for (let ack = 1; ack <= 5; ack++) {
      for (let beat = 0; beat < 4; beat++) {
        clock.advance(25_000);
        accept('A0␞');
      }
      accept(`A${ack}␞`);
      assert.equal(forgotten(), 0);
    }
    accept('A6␞');
    assert.equal(forgotten(), 1);
  });

  it('answers an attach to an ended session with gone', () => {
    const { session, attach } = open();
    session.abandon();
    assert.deepEqual(attach(1, 0).lines, ['end gone']);
  });

  it('sets no timer for a message', async () => {
    const { clock, session, attach } = open();
    attach(1, 0);
    clock.advance(6_000);
    const before = clock.timers;
    let set = 0;
    const original = clock.setTimeout.bind(clock);
    clock.setTimeout = (callback, delay) => {
      set++;
      return original(callback, delay);
    };
    for (let i = 1; i <= 50; i++) {
      session.send(Message.text('x'));
      await turn();
      attach(i + 1, i, 'poll');
    }
    assert.equal(set, 0);
    assert.equal(clock.timers, before);
  });
});

describe('the end marks', () => {
  it('are those of the protocol', () => {
    const marks = (['recycled', 'superseded', 'gone'] as const).map((reason) => visible(text.end(reason)));
    assert.deepEqual(marks, ['Er␞', 'Es␞', 'Eg␞']);
  });
});
