import assert from 'node:assert/strict';
import { createLog, type LogLevel } from '../../../gateway/base/log.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import { NEXT_STATES, type SessionState } from '../../../gateway/session/state.ts';
import { identity } from '../../support/sessions.ts';
import { open } from './open-session.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A session whose log is read. Time and level stay out of the lines. */
function logged(level: LogLevel) {
  const lines: Fields[] = [];
  const write = (line: string): void => {
    const { time: _time, level: _level, ...fields } = JSON.parse(line);
    lines.push(fields);
  };
  const opened = open({ log: createLog({ level, format: 'json', write }) });
  return { ...opened, lines };
}

const turn = (): Promise<void> => Promise.resolve();

describe('the log of a session', () => {
  it('has a line at its open and one at its end, with totals', async () => {
    const { accept, attach, session, clock, lines } = logged('info');
    attach(1, 0, 'poll');
    attach(2, 0, 'stream');
    accept('#1␞Thello␞Tyou␞');
    session.send(Message.text('x'.repeat(1_000)));
    await turn();
    clock.advance(1_500);
    accept('#3␞C4001,secret␞');
    session.close({ code: 4001, reason: 'secret' });
    accept('A4␞');
    assert.deepEqual(lines, [
      {
        msg: 'connection opened',
        session: 'public',
        route: '/',
        remoteAddress: '192.0.2.1',
        transport: 'fallback',
        origin: 'http://h',
        protocol: '',
      },
      {
        msg: 'connection closed',
        session: 'public',
        route: '/',
        remoteAddress: '192.0.2.1',
        origin: 'http://h',
        code: 4001,
        by: 'client',
        carriers: 'poll,stream',
        moves: 'poll>stream superseded',
        durationMs: 1_500,
        messagesIn: 2,
        bytesIn: 8,
        messagesOut: 1,
        bytesOut: 1_000,
      },
    ]);
  });

  const endings: readonly (readonly [
    by: string,
    code: number,
    end: (opened: ReturnType<typeof open>) => void,
  ])[] = [
    ['client', 1001, ({ accept }) => accept('X␞')],
    ['gateway', 1001, ({ clock }) => clock.advance(200_000)],
    ['gateway', 1009, ({ accept }) => accept(`#1␞T${'x'.repeat(20_000)}␞`)],
    ['backend', 4000, ({ session }) => session.close({ code: 4000, reason: '' })],
  ];
  for (const [by, code, end] of endings) {
    it(`says that the ${by} ended it with ${code}`, () => {
      const opened = logged('info');
      opened.attach(1, 0);
      end(opened);
      if (opened.forgotten() === 0) opened.session.abandon();
      const { msg, by: who, code: which } = opened.lines.at(-1) as Fields;
      assert.deepEqual([msg, who, which], ['connection closed', by, code]);
    });
  }

  it('says at debug what becomes of the carriers, the requests and the state', () => {
    const { accept, attach, session, clock, lines } = logged('debug');
    attach(1, 0, 'poll');
    attach(2, 0, 'stream');
    session.pause();
    accept(`#1␞T${'x'.repeat(500)}␞`);
    clock.advance(70_000);
    session.abandon();
    const rest = lines.map(({ msg, session: _session, route: _route, ...fields }) => [msg, fields]);
    assert.deepEqual(rest.slice(1, -1), [
      ['carrier attached', { carrier: 'poll', attach: 1 }],
      ['state', { from: 'created', to: 'attached' }],
      ['superseded', { carrier: 'poll' }],
      ['carrier moved', { from: 'poll', to: 'stream', why: 'superseded', attach: 2 }],
      ['request delayed', { delayed: 1 }],
      ['recycled', { carrier: 'stream' }],
      ['state', { from: 'attached', to: 'detached' }],
      ['state', { from: 'detached', to: 'ended' }],
    ]);
  });

  it('never has the token in it', () => {
    const { attach, session, lines } = logged('debug');
    attach(1, 0);
    session.abandon();
    assert.ok(lines.length > 3);
    assert.ok(!JSON.stringify(lines).includes(identity.token));
  });
});

describe('the states of a session', () => {
  it('lead to its end from each, and nowhere from there', () => {
    const leadsToEnd = (state: SessionState, seen: readonly SessionState[] = []): boolean =>
      state === 'ended' ||
      NEXT_STATES[state].some((next) => !seen.includes(next) && leadsToEnd(next, [...seen, state]));
    for (const state of Object.keys(NEXT_STATES) as SessionState[]) assert.ok(leadsToEnd(state), state);
    assert.deepEqual(NEXT_STATES.ended, []);
  });
});
