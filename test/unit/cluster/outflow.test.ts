import assert from 'node:assert/strict';
import { Outflow } from '../../../gateway/cluster/outflow.ts';

describe('frames on their way to other nodes', () => {
  /** A link that has room for so many frames; `drain` makes room for as many again. */
  function outflow(room: number) {
    let left = room;
    const sent: string[] = [];
    const flow = new Outflow({
      send: (to, frame) => {
        sent.push(`${to}: ${frame}`);
        return --left > 0;
      },
    });
    const drain = (to: string): boolean => {
      left = room;
      return flow.drained(to);
    };
    return { flow, sent, drain };
  }

  it('wait, in order, while the link has no room for a node', () => {
    const { flow, sent, drain } = outflow(2);
    const answers = ['1', '2', '3', '4', '5'].map((text) => flow.send('a', Buffer.from(text)));
    assert.deepEqual(answers, [true, false, false, false, false]);
    assert.deepEqual(sent, ['a: 1', 'a: 2']);
    assert.equal(drain('a'), false);
    assert.equal(flow.send('a', Buffer.from('6')), false);
    assert.deepEqual(sent.splice(0), ['a: 1', 'a: 2', 'a: 3', 'a: 4']);
    assert.equal(drain('a'), false);
    assert.equal(drain('a'), true);
    assert.deepEqual(sent, ['a: 5', 'a: 6']);
    assert.equal(flow.send('a', Buffer.from('7')), true);
  });

  it('do not wait for another node, and are dropped with the node that is lost', () => {
    const { flow, sent, drain } = outflow(1);
    flow.send('a', Buffer.from('1'));
    flow.send('a', Buffer.from('2'));
    flow.send('b', Buffer.from('3'));
    flow.nodeLost('a');
    assert.equal(drain('a'), true);
    assert.deepEqual(sent, ['a: 1', 'b: 3']);
  });
});
