import assert from 'node:assert/strict';
import { bytes } from '../../../gateway/dialect/bytes.ts';
import type { Encoder } from '../../../gateway/dialect/encoder.ts';
import { sockjs } from '../../../gateway/dialect/sockjs.ts';
import { text, wrappedText } from '../../../gateway/dialect/text.ts';
import type { ResponseStream } from '../../../gateway/http/exchange.ts';
import type { CloseStatus } from '../../../gateway/protocol/close.ts';
import type { Delivery } from '../../../gateway/protocol/delivery.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import type { CarrierOwner } from '../../../gateway/session/carrier.ts';
import { type EndRule, StreamCarrier } from '../../../gateway/transport/stream-carrier.ts';

/** A delivery of these texts, the first with this number; a status stands for the close. */
function delivery(first: number, ...entries: (string | CloseStatus)[]): Delivery {
  return {
    first,
    ack: -1,
    entries: entries.map((entry) =>
      typeof entry === 'string'
        ? { message: Message.text(entry), more: false, close: undefined }
        : { message: undefined, more: false, close: entry },
    ),
  };
}

const BYE: CloseStatus = { code: 4001, reason: 'bye' };

describe('a delivery', () => {
  const visible = (chunk: string | Buffer): string =>
    typeof chunk === 'string' ? chunk.replaceAll('\x1e', '␞') : chunk.toString('latin1');

  for (const [name, encoder, expected] of [
    ['in text form', text, '#3␞Ta␞Tb␞C4001,bye␞'],
    ['in byte form', bytes, '#\x013T\x01aT\x01bC\x084001,bye'],
    ['in events', wrappedText((frames) => `data:${frames}\n\n`), 'data:#3␞Ta␞Tb␞C4001,bye␞\n\n'],
    ['in lines of SockJS', sockjs((frame) => `${frame}\n`), 'a["a","b"]\nc[4001,"bye"]\n'],
  ] as const) {
    it(`is written ${name}`, () => {
      assert.equal(visible((encoder as Encoder).delivery(delivery(3, 'a', 'b', BYE), false)), expected);
    });
  }
});

describe('a streamed downstream', () => {
  /** A carrier of text frames, what it wrote, and what its session was called for. */
  const open = (rule: EndRule, encoder: Encoder = text) => {
    const lines: string[] = [];
    const response: ResponseStream = {
      write: (chunk) => lines.push(String(chunk).replaceAll('\x1e', '␞')) > 0,
      end: () => lines.push('end'),
      onDrain: () => {},
    };
    const owner: CarrierOwner = {
      acceptCarried: () => {},
      attachCarrier: () => {},
      detach: () => lines.push('detach'),
      writable: () => {},
    };
    return { lines, carrier: new StreamCarrier('test', response, encoder, owner, rule) };
  };

  it('gives the number of the first frame only where the client does not expect it', () => {
    const { lines, carrier } = open({ limit: 1000, recycle: text.recycle });
    carrier.deliver(delivery(5, 'a', 'b'));
    carrier.deliver(delivery(7, 'c'));
    carrier.deliver(delivery(7, 'c'));
    assert.deepEqual(lines, ['#5␞Ta␞Tb␞', 'Tc␞', '#7␞Tc␞']);
  });

  it('with a budget asks once for the next stream, and ends at twice the budget', () => {
    const { lines, carrier } = open({ limit: 10, recycle: text.recycle });
    assert.ok(carrier.deliver(delivery(1, 'a')));
    carrier.deliver(delivery(2, 'bbbb'));
    carrier.deliver(delivery(3, 'c'));
    assert.ok(!carrier.deliver(delivery(4, 'dddd')));
    assert.deepEqual(lines, ['#1␞Ta␞', 'Tbbbb␞', 'R␞', 'Tc␞', 'Tdddd␞', 'detach', 'Er␞', 'end']);
  });

  it('with a budget stays open behind a close, until the client acknowledges it', () => {
    const { lines, carrier } = open({ limit: 1000, recycle: text.recycle });
    carrier.deliver(delivery(1, BYE));
    assert.deepEqual(lines, ['#1␞C4001,bye␞']);
  });

  it('with a limit ends there, behind a whole frame', () => {
    const { lines, carrier } = open(
      { limit: 10 },
      sockjs((frame) => `${frame}\n`),
    );
    carrier.open('o\n');
    assert.ok(carrier.deliver(delivery(1, 'a')));
    assert.ok(!carrier.deliver(delivery(2, 'b')));
    assert.deepEqual(lines, ['o\n', 'a["a"]\n', 'a["b"]\n', 'detach', 'end']);
  });

  it('with a limit ends behind a close', () => {
    const { lines, carrier } = open(
      { limit: 1000 },
      sockjs((frame) => `${frame}\n`),
    );
    carrier.deliver(delivery(1, 'a', BYE));
    assert.deepEqual(lines, ['a["a"]\nc[4001,"bye"]\n', 'detach', 'end']);
  });
});
