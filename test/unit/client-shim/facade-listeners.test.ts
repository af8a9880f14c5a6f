import assert from 'node:assert/strict';
import { closeEvent, messageEvent, simpleEvent } from '../../../client-shim/src/facade/events.ts';
import { Listeners } from '../../../client-shim/src/facade/listeners.ts';
import { withGlobals } from '../../support/realm/globals.ts';

const WITHOUT_EVENTS = { Event: undefined, MessageEvent: undefined, CloseEvent: undefined };

describe('Listeners', () => {
  const socket = {};
  let listeners: Listeners;
  let heard: string[];
  const hear = (name: string) => () => void heard.push(name);
  const fire = (type = 'message') => listeners._dispatch(socket, simpleEvent(type));

  beforeEach(() => {
    listeners = new Listeners();
    heard = [];
  });

  it('are called in the order in which they were added, and by type', () => {
    listeners._add('message', hear('a'), false);
    listeners._add('open', hear('other'), false);
    listeners._add('message', hear('b'), true);
    fire();
    assert.deepEqual(heard, ['a', 'b']);
  });

  it('count once if added again with the same capture flag, twice with the other', () => {
    const once = hear('a');
    for (const options of [undefined, false, { capture: false }, { once: true }, true, { capture: true }])
      listeners._add('message', once, options);
    fire();
    fire();
    assert.deepEqual(heard, ['a', 'a', 'a', 'a']);
    listeners._remove('message', once, { capture: true });
    fire();
    assert.equal(heard.length, 5);
  });

  it('may be added for one event, or until a signal', () => {
    const controller = new AbortController();
    listeners._add('message', hear('once'), { once: true });
    listeners._add('message', hear('signal'), { signal: controller.signal });
    listeners._add('message', hear('aborted'), { signal: AbortSignal.abort() });
    fire();
    controller.abort();
    fire();
    assert.deepEqual(heard, ['once', 'signal']);
  });

  it('may be objects, whose handleEvent is looked up when it is needed', () => {
    const listener: { handleEvent?: (event: { type: string }) => void; name: string } = { name: 'x' };
    listeners._add('message', listener, false);
    listener.handleEvent = function (event) {
      heard.push(`${this.name} ${event.type}`);
    };
    fire();
    assert.deepEqual(heard, ['x message']);
  });

  it('are not null, and a TypeError if neither function nor object', () => {
    listeners._add('message', null, false);
    listeners._add('message', undefined, false);
    assert.throws(() => listeners._add('message', 'text', false), TypeError);
    fire();
  });

  it('keep the place of an on… attribute when another function is set, and lose it when it is set to null', () => {
    listeners._add('message', hear('1'), false);
    listeners._setHandler('message', hear('first'));
    listeners._add('message', hear('2'), false);
    listeners._setHandler('message', hear('second'));
    fire();
    assert.deepEqual(heard.splice(0), ['1', 'second', '2']);
    listeners._setHandler('message', null);
    listeners._setHandler('message', hear('third'));
    fire();
    assert.deepEqual(heard.splice(0), ['1', '2', 'third']);
    for (const noFunction of ['text', 1, {}, undefined]) {
      listeners._setHandler('message', noFunction);
      assert.equal(listeners._handler('message'), null);
    }
    fire();
    assert.deepEqual(heard, ['1', '2']);
  });

  it('do not take an on… function for the same added one', () => {
    const both = hear('x');
    listeners._setHandler('message', both);
    listeners._add('message', both, false);
    fire();
    assert.deepEqual(heard.splice(0), ['x', 'x']);
    listeners._remove('message', both, false);
    assert.equal(listeners._handler('message'), both);
  });

  it('removed while an event is under way are not called, added ones not yet', () => {
    const second = hear('second');
    listeners._add('message', () => listeners._remove('message', second, false), false);
    listeners._add('message', () => listeners._add('message', hear('late'), false), { once: true });
    listeners._add('message', second, false);
    fire();
    assert.deepEqual(heard, []);
    fire();
    assert.deepEqual(heard, ['late']);
  });

  it('do not stop one another by an exception, which is thrown again from a timer', async () => {
    const rethrown: unknown[] = [];
    const undo = withGlobals({
      setTimeout: (run: () => void) => {
        try {
          run();
        } catch (error) {
          rethrown.push(error);
        }
      },
    });
    const failure = new Error('of the page');
    listeners._add(
      'message',
      () => {
        throw failure;
      },
      false,
    );
    listeners._add('message', {}, false);
    listeners._add('message', hear('next'), false);
    fire();
    undo();
    assert.deepEqual(heard, ['next']);
    assert.equal(rethrown[0], failure);
    assert.ok(rethrown[1] instanceof TypeError, 'an object without handleEvent');
  });

  for (const [kind, globals] of [
    ['native', {}],
    ['plain', WITHOUT_EVENTS],
  ] as const) {
    it(`see the socket as this, target and currentTarget of a ${kind} event, and can stop it`, () => {
      const undo = withGlobals(globals);
      const event = simpleEvent('message');
      undo();
      listeners._add(
        'message',
        function (this: unknown, seen: typeof event) {
          assert.equal(seen, event);
          for (const value of [this, seen.target, seen.currentTarget]) assert.equal(value, socket);
          assert.deepEqual([seen.bubbles, seen.cancelable, seen.defaultPrevented], [false, false, false]);
          (seen.stopImmediatePropagation as () => void)();
          heard.push('stopped');
        },
        false,
      );
      listeners._add('message', hear('not reached'), false);
      listeners._dispatch(socket, event);
      assert.deepEqual([heard, event.target, event.currentTarget], [['stopped'], socket, null]);
    });
  }
});

describe('Events', () => {
  it('are of the native kinds where these can be constructed', () => {
    class CloseEvent extends Event {
      readonly code: number;
      constructor(type: string, init: { code: number }) {
        super(type);
        this.code = init.code;
      }
    }
    const undo = withGlobals({ CloseEvent });
    assert.ok(simpleEvent('open') instanceof Event);
    const message = messageEvent('x', 'ws://host');
    assert.ok(message instanceof MessageEvent);
    assert.deepEqual([message.type, message.data, message.origin], ['message', 'x', 'ws://host']);
    const close = closeEvent(4001, 'bye', true);
    assert.ok(close instanceof CloseEvent);
    assert.deepEqual([close.type, close.code, close.reason, close.wasClean], ['close', 4001, 'bye', true]);
    undo();
  });

  it('are objects of the same shape where not', () => {
    // IE9 to IE11 have the names as objects that no `new` takes.
    for (const globals of [WITHOUT_EVENTS, { Event: {}, MessageEvent: {}, CloseEvent: {} }]) {
      const undo = withGlobals(globals);
      const close = closeEvent(1006, '', false);
      const message = messageEvent('x', 'ws://host');
      undo();
      assert.deepEqual([close.type, close.code, close.reason, close.wasClean], ['close', 1006, '', false]);
      assert.deepEqual([message.type, message.data, message.origin], ['message', 'x', 'ws://host']);
      (message.preventDefault as () => void)();
    }
  });

  it('are objects of the same shape where a native one has no other target than its own', () => {
    class Event {
      constructor() {
        Object.defineProperty(this, 'target', { value: null });
      }
    }
    const undo = withGlobals({ Event });
    const socket = {};
    const listeners = new Listeners();
    let target: unknown;
    listeners._add('open', (event: { target: unknown }) => (target = event.target), false);
    listeners._dispatch(socket, simpleEvent('open'));
    undo();
    assert.equal(target, socket);
  });

  it('have their fields also where the constructor overlooks them', () => {
    const undo = withGlobals({ MessageEvent: class extends Event {} });
    const message = messageEvent('x', 'ws://host');
    undo();
    assert.deepEqual([message.data, message.origin], ['x', 'ws://host']);
  });
});
