import assert from 'node:assert/strict';
import type { CloseStatus } from '../../../gateway/protocol/close.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import type { Arrival } from '../../../gateway/protocol/unit.ts';
import { Inbox, type InboxOwner } from '../../../gateway/session/inbox.ts';

/** Writes down what comes out. */
class Owner implements InboxOwner {
  readonly messages: Message[] = [];
  readonly statuses: CloseStatus[] = [];
  room = Number.POSITIVE_INFINITY;
  /** Called with the number of messages so far, behind each. */
  onMessage: (count: number) => void = () => {};

  arrived(message: Message): void {
    this.messages.push(message);
    this.onMessage(this.messages.length);
  }

  closed(status: CloseStatus): void {
    this.statuses.push(status);
  }

  shut(status: CloseStatus): void {
    this.statuses.push(status);
  }

  released(): void {}

  hasRoom(bytes: number): boolean {
    return bytes <= this.room;
  }
}

function open({ bound = 1e9, maxMessage = 1e6 } = {}) {
  const owner = new Owner();
  return { owner, inbox: new Inbox(owner, bound, maxMessage) };
}

function arrival(number: number, text: string, more = false): Arrival {
  return { number, message: Message.text(text), more, close: undefined };
}

function arrivals(first: number, count: number, more = false): Arrival[] {
  return Array.from({ length: count }, (_, index) => arrival(first + index, '', more));
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('an inbox that many messages wait in', () => {
  const COUNT = 65_536;

  it('hands them out in slices, and lets the event loop go round in between', async () => {
    const { owner, inbox } = open();
    inbox.hold();
    inbox.put(arrivals(1, COUNT));
    inbox.release();
    let turns = 0;
    for (let before = -1; owner.messages.length < COUNT; turns++) {
      assert.ok(owner.messages.length > before && owner.messages.length - before <= 513);
      before = owner.messages.length;
      await turn();
    }
    assert.ok(turns >= COUNT / 512 - 1, `${turns} turns`);
    assert.equal(inbox.bytes, 0);
  });

  it('takes time that grows as their number does', async () => {
    const release = async (count: number): Promise<number> => {
      const { owner, inbox } = open();
      inbox.hold();
      inbox.put(arrivals(1, count));
      const { user } = process.cpuUsage();
      inbox.release();
      while (owner.messages.length < count) await turn();
      return process.cpuUsage().user - user;
    };
    await release(COUNT);
    const [once, fourTimes] = [await release(COUNT), await release(4 * COUNT)];
    // Of `Array.shift`, 65,536 took 2.8 s and four times as many sixteen times that.
    assert.ok(fourTimes < 8 * Math.max(once, 20_000), `${once} and ${fourTimes} µs of CPU`);
  });

  it('keeps their order when more come while they are handed out', async () => {
    const { owner, inbox } = open();
    inbox.hold();
    inbox.put(arrivals(1, 1_000));
    inbox.release();
    inbox.put([arrival(1_001, 'last')]);
    assert.equal(owner.messages.length, 512);
    await turn();
    assert.equal(owner.messages.length, 1_001);
    assert.equal(owner.messages.at(-1)?.text, 'last');
    inbox.put([arrival(1_002, 'straight through')]);
    assert.equal(owner.messages.length, 1_002);
  });

  it('stops where it is held again, and goes on from there', async () => {
    const { owner, inbox } = open();
    inbox.hold();
    inbox.put(arrivals(1, 2_000));
    owner.onMessage = (count) => {
      if (count % 700 === 0) inbox.hold();
    };
    inbox.release();
    await turn();
    await turn();
    assert.equal(owner.messages.length, 700);
    inbox.release();
    await turn();
    await turn();
    assert.equal(owner.messages.length, 1_400);
    inbox.release();
    await turn();
    await turn();
    assert.equal(owner.messages.length, 2_000);
  });

  it('hands nothing out behind its end', async () => {
    const { owner, inbox } = open();
    inbox.hold();
    inbox.put(arrivals(1, 1_000));
    inbox.release();
    inbox.stop();
    await turn();
    assert.equal(owner.messages.length, 512);
    assert.equal(inbox.bytes, 0);
  });
});

describe('an inbox that fragments come to', () => {
  it('occupies no more for 65,000 empty ones than for one', () => {
    const { inbox } = open();
    inbox.put(arrivals(1, 1, true));
    const { bytes } = inbox;
    inbox.put(arrivals(2, 65_000, true));
    assert.equal(inbox.bytes, bytes);
  });

  it('closes with 1009 behind 65,536 of one message', () => {
    const { owner, inbox } = open();
    inbox.put(arrivals(1, 65_536, true));
    assert.deepEqual(owner.statuses, []);
    inbox.put([arrival(65_537, '')]);
    assert.deepEqual(owner.statuses, [{ code: 1009, reason: 'too many fragments' }]);
  });

  it('closes with 1013 where there is no memory for the next', () => {
    const { owner, inbox } = open();
    inbox.put([arrival(1, 'x'.repeat(1_000), true)]);
    owner.room = 500;
    inbox.put([arrival(2, 'y'.repeat(2_000), true)]);
    assert.deepEqual(owner.statuses, [{ code: 1013, reason: 'out of memory' }]);
    assert.equal(inbox.bytes, 0);
  });

  it('puts text of any width together, and binary', () => {
    const { owner, inbox } = open();
    const parts = ['a', '', '€'.repeat(300), '😀', 'é'];
    parts.forEach((part, index) => {
      inbox.put([arrival(index + 1, part, index < parts.length - 1)]);
    });
    assert.equal(owner.messages[0]?.text, parts.join(''));
    const bytes = [Buffer.alloc(300, 1), Buffer.alloc(0), Buffer.alloc(700, 2)];
    bytes.forEach((part, index) => {
      inbox.put([{ number: 6 + index, message: Message.binary(part), more: index < 2, close: undefined }]);
    });
    assert.deepEqual(owner.messages[1]?.bytes, Buffer.concat(bytes));
  });
});

describe('an inbox that frames come early to', () => {
  it('does not take what there is no memory for, and takes it when it is sent again', () => {
    const { owner, inbox } = open();
    owner.room = 50;
    inbox.put([arrival(2, 'two')]);
    assert.equal(inbox.bytes, 0);
    inbox.put([arrival(1, 'one'), arrival(2, 'two')]);
    assert.equal(owner.messages.length, 2);
  });

  it('counts nothing for them once they are taken', () => {
    const { inbox } = open();
    inbox.put([arrival(3, 'three'), arrival(2, 'two')]);
    assert.ok(inbox.bytes > 0);
    inbox.put([arrival(1, 'one')]);
    assert.equal(inbox.received, 3);
    assert.equal(inbox.bytes, 0);
  });
});
