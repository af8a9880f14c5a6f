import assert from 'node:assert/strict';
import { Message } from '../../../gateway/protocol/message.ts';
import { open } from './open-session.ts';

/** Milliseconds for which a poll waits for something to send beside the acknowledgement. */
const ACK_DELAY = 200;

const turn = (): Promise<void> => Promise.resolve();

describe('a poll that carries frames', () => {
  it('is answered with the reply to them, behind their acknowledgement', async () => {
    const { attach, backend, session } = open();
    const poll = attach(1, 0, 'poll', '#1␞Tquestion␞');
    assert.deepEqual(backend.lines, ['question']);
    session.send(Message.text('answer'));
    await turn();
    assert.deepEqual(poll.lines, ['A1␞#1␞Tanswer␞']);
  });

  it('is answered with the acknowledgement alone if there is no reply in time', async () => {
    const { attach, clock, session } = open();
    const poll = attach(1, 0, 'poll', '#1␞Tone␞');
    clock.advance(ACK_DELAY - 1);
    await turn();
    assert.deepEqual(poll.lines, []);
    clock.advance(1);
    assert.deepEqual(poll.lines, ['A1␞#1␞']);
    session.send(Message.text('late'));
    await turn();
    assert.deepEqual(poll.lines, ['A1␞#1␞']);
    const next = attach(2, 0, 'poll');
    await turn();
    assert.deepEqual(next.lines, ['A1␞#1␞Tlate␞']);
  });

  it('has the full time of a poll if it follows one that had to be answered soon', async () => {
    const { attach, clock } = open();
    attach(1, 0, 'poll', '#1␞Tone␞');
    clock.advance(ACK_DELAY);
    const next = attach(2, 0, 'poll');
    clock.advance(24_999);
    await turn();
    assert.deepEqual(next.lines, []);
    clock.advance(1);
    assert.deepEqual(next.lines, ['H']);
  });

  it('acknowledges frames again that came before', () => {
    const { accept, attach, backend, clock } = open();
    accept('#1␞Tone␞');
    const poll = attach(1, 0, 'poll', '#1␞Tone␞');
    clock.advance(ACK_DELAY);
    assert.deepEqual(backend.lines, ['one']);
    assert.deepEqual(poll.lines, ['A1␞#1␞']);
  });

  it('brings its frames also if it was delayed, and a newer downstream is there', () => {
    const { attach, backend } = open();
    attach(2, 0, 'poll');
    const late = attach(1, 0, 'poll', '#1␞Tone␞');
    assert.deepEqual(backend.lines, ['one']);
    assert.deepEqual(late.lines, ['end superseded']);
  });

  it('brings messages down while the backend takes no more, and says that its frames were not taken', async () => {
    const { accept, attach, session, backend, answers, clock } = open();
    session.pause();
    accept(`#1␞T${'a'.repeat(600)}␞`);
    accept('#2␞Ttwo␞');
    assert.deepEqual(answers, []);
    const poll = attach(1, 0, 'poll', '#3␞Tthree␞');
    session.send(Message.text('down'));
    await turn();
    assert.deepEqual(poll.lines, ['A1␞#1␞Tdown␞']);
    const next = attach(2, 1, 'poll', '#3␞Tthree␞');
    clock.advance(ACK_DELAY);
    assert.deepEqual(next.lines, ['A1␞#2␞']);
    session.resume();
    assert.deepEqual(backend.lines.slice(1), ['two']);
    attach(3, 1, 'poll', '#3␞Tthree␞');
    assert.deepEqual(backend.lines.slice(1), ['two', 'three']);
  });

  it('is served where memory has no room for its frames, which are not taken', async () => {
    const { accept, attach, session, backend } = open({ memory: 600 });
    session.pause();
    accept('#1␞Tone␞');
    const poll = attach(1, 0, 'poll', '#2␞Ttwo␞');
    session.send(Message.text('down'));
    await turn();
    assert.deepEqual(poll.lines, ['A1␞#1␞Tdown␞']);
    session.resume();
    assert.deepEqual(backend.lines, ['one']);
  });

  it('changes nothing of a stream, which begins with the acknowledgement', () => {
    const { attach, clock } = open();
    const stream = attach(1, 0, 'stream', '#1␞Tone␞');
    assert.deepEqual(stream.lines, ['A1␞#1␞']);
    clock.advance(ACK_DELAY);
    assert.deepEqual(stream.lines, ['A1␞#1␞']);
  });
});
