import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, systemClock } from '../../../gateway/base/clock.ts';
import { ConfigError } from '../../../gateway/base/errors.ts';
import { type Log, silentLog } from '../../../gateway/base/log.ts';
import { encodeHello } from '../../../gateway/cluster/hello.ts';
import { HIGH_WATER, MAX_FRAME } from '../../../gateway/cluster/link.ts';
import { RecordBatch, RecordKind } from '../../../gateway/cluster/record-batch.ts';
import { socketPath, UnixLink } from '../../../gateway/cluster/unix-link.ts';
import { LinkLog } from '../../support/cluster/link-log.ts';
import { linkSuite, reported } from '../../support/cluster/link-suite.ts';
import { TestClock } from '../../support/test-clock.ts';
import { until } from '../../support/until.ts';

describe('the link over Unix sockets', () => {
  let folder: string;
  const links = new Map<string, UnixLink>();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-link-'));
  });

  async function end(): Promise<void> {
    await Promise.all([...links.values()].map((link) => link.close()));
    links.clear();
    rmSync(folder, { recursive: true, force: true });
  }

  function make(name: string, log: Log = silentLog, clock: Clock = systemClock): UnixLink {
    const link = new UnixLink({ self: name, path: socketPath(folder, name), log, clock });
    for (const [other, its] of links) {
      its.nodeAdded(name, socketPath(folder, name));
      link.nodeAdded(other, socketPath(folder, other));
    }
    links.set(name, link);
    return link;
  }

  async function started(name: string, log?: Log) {
    const node = { link: make(name, log), log: new LinkLog() };
    await node.link.start(node.log);
    return node;
  }

  /** Connects to a node's socket and sends records there. Resolves with all that came back. */
  async function speak(name: string, kind: number, content: Buffer): Promise<Buffer> {
    const batch = new RecordBatch();
    batch.push(kind, content);
    return await speakRaw(name, Buffer.concat(batch.take(0, Number.POSITIVE_INFINITY)));
  }

  async function speakRaw(name: string, bytes: Buffer): Promise<Buffer> {
    const socket = connect(socketPath(folder, name));
    socket.write(bytes);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  describe('as a link', () => {
    linkSuite({ link: async (name) => make(name), end });
  });

  describe('by itself', () => {
    afterEach(end);

    it('can be reached by its own user only', async () => {
      await started('a');
      assert.equal(statSync(socketPath(folder, 'a')).mode & 0o777, 0o600);
    });

    it('says in one line why it cannot listen', async () => {
      await started('a');
      const taken = new UnixLink({ self: 'b', path: socketPath(folder, 'a'), log: silentLog });
      await assert.rejects(taken.start(new LinkLog()), (error: Error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, /^cannot listen for the other processes at .*a\.sock: EADDRINUSE$/);
        return true;
      });
    });

    it('reaches a node that starts later', async () => {
      const a = await started('a');
      const later = make('b');
      // Dials in vain meanwhile.
      await delay(30);
      const log = new LinkLog();
      await later.start(log);
      await reported(a, 'up b');
      await reported({ link: later, log }, 'up a');
    });

    for (const reads of [true, false]) {
      it(`${reads ? 'keeps' : 'loses'} a node that ${reads ? 'reads slowly' : 'does not read'}`, async () => {
        const clock = new TestClock();
        const b = { link: make('b', silentLog, clock), log: new LinkLog() };
        await b.link.start(b.log);
        const socket = connect(socketPath(folder, 'b')).pause();
        const hello = new RecordBatch();
        hello.push(RecordKind.hello, encodeHello('a', 'b', true));
        socket.write(hello.take(0, Number.POSITIVE_INFINITY)[0] as Buffer);
        await reported(b, 'up a');
        const frame = Buffer.alloc(HIGH_WATER);
        assert.deepEqual([b.link.send('a', frame), b.link.send('a', frame)], [false, false]);
        clock.advance(4_000);
        if (reads) {
          socket.resume();
          await reported(b, 'drained a');
          socket.pause();
          assert.equal(b.link.send('a', frame), false);
          clock.advance(4_000);
          await delay(20);
          assert.deepEqual(b.log.take(), ['up a', 'drained a']);
        } else {
          clock.advance(2_000);
          await reported(b, 'lost a');
          assert.equal(clock.timers, 0);
        }
        socket.destroy();
      });
    }

    it('reports a node gone as soon as its end is known, behind its last frame', async () => {
      const [a, b] = [await started('a'), await started('b')];
      await reported(a, 'up b');
      await reported(b, 'up a');
      b.link.send('a', Buffer.from('last'));
      // What its death does to its sockets, and then what the supervisor says.
      await b.link.close();
      a.link.nodeEnded('b');
      await reported(a, 'gone b');
      assert.deepEqual(a.log.take(), ['up b', 'b: last', 'lost b', 'gone b']);
    });

    it('reports a node gone that it never reached', async () => {
      const a = await started('a');
      a.link.nodeAdded('z', socketPath(folder, 'z'));
      a.link.nodeEnded('z');
      a.link.nodeEnded('unknown');
      assert.deepEqual(a.log.take(), ['gone z', 'gone unknown']);
    });

    it('refuses a release that it has no version in common with, with one line', async () => {
      const lines: string[] = [];
      const log: Log = {
        ...silentLog,
        warn: (message, fields) => void lines.push(`${message} ${fields?.node}`),
      };
      const b = await started('b', log);
      const hello = JSON.stringify({ version: 9, oldest: 9, name: 'a', to: 'b', isAccepting: true });
      const answer = await speak('b', 0, Buffer.from(hello));
      assert.match(answer.toString(), /"version":1,"oldest":1,"name":"b","to":"a"/);
      assert.deepEqual(lines, ['a process of another release speaks no common version a']);
      assert.deepEqual(b.log.take(), []);
    });

    it('takes what a newer release adds, if it still speaks this version', async () => {
      const b = await started('b');
      const socket = connect(socketPath(folder, 'b'));
      const batch = new RecordBatch();
      batch.push(
        0,
        Buffer.from(
          JSON.stringify({ version: 7, oldest: 1, name: 'a', to: 'b', isAccepting: true, more: [] }),
        ),
      );
      batch.push(77, Buffer.from('of a kind that this release does not know'));
      batch.push(1, Buffer.from('frame'));
      socket.write(Buffer.concat(batch.take(0, Number.POSITIVE_INFINITY)));
      await reported(b, 'a: frame');
      socket.destroy();
      await reported(b, 'lost a');
      assert.deepEqual(b.log.take(), ['up a', 'a: frame', 'lost a']);
    });

    it('closes what does not begin with a hello for this node, and reports nothing', async () => {
      const b = await started('b');
      const strangers = [
        speak('b', 1, Buffer.from('a frame')),
        speak('b', 0, Buffer.from('{')),
        speak('b', 0, Buffer.from('{"version":1,"oldest":1,"name":"../x","to":"b"}')),
        speak('b', 0, encodeHello('a', 'c', true)),
        // The lower name dials.
        speak('b', 0, encodeHello('c', 'b', true)),
        speakRaw('b', Buffer.from('GET / HTTP/1.1\r\nHost: b\r\n\r\n')),
      ];
      for (const answer of await Promise.all(strangers)) assert.equal(answer.length, 0);
      assert.deepEqual(b.log.take(), []);
    });

    it('cuts a node off that announces a record above the bound', async () => {
      const b = await started('b');
      const batch = new RecordBatch();
      batch.push(0, encodeHello('a', 'b', true));
      const head = Buffer.alloc(5, 1);
      head.writeUInt32BE(MAX_FRAME + 1);
      await speakRaw('b', Buffer.concat([...batch.take(0, Number.POSITIVE_INFINITY), head]));
      await reported(b, 'lost a');
      assert.deepEqual(b.log.take(), ['up a', 'lost a']);
    });

    it('takes a new connection of a node before it has seen the end of the last one', async () => {
      const b = await started('b');
      const hello = new RecordBatch();
      hello.push(0, encodeHello('a', 'b', true));
      const [bytes] = hello.take(0, Number.POSITIVE_INFINITY) as [Buffer];
      const first = connect(socketPath(folder, 'b'));
      first.write(bytes);
      await reported(b, 'up a');
      const second = connect(socketPath(folder, 'b'));
      second.write(bytes);
      await until('up again', () => b.log.lines.length === 3);
      assert.deepEqual(b.log.take(), ['up a', 'lost a', 'up a']);
      first.destroy();
      second.destroy();
    });
  });
});
