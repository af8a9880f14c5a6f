import assert from 'node:assert/strict';
import { EventHandlers } from '../../../client-shim/src/facade/event-handlers.ts';
import { createEvent } from '../../../client-shim/src/facade/events.ts';
import { Listeners } from '../../../client-shim/src/facade/listeners.ts';
import { withGlobals } from '../../support/realm/globals.ts';

const closeEvent = (code: number, reason: string, wasClean: boolean) =>
  createEvent('CloseEvent', 'close', { code, reason, wasClean });
const messageEvent = (data: unknown, origin: string) =>
  createEvent('MessageEvent', 'message', { data, origin });

const WITHOUT_EVENTS = { Event: undefined, MessageEvent: undefined, CloseEvent: undefined };

describe('Listeners', () => {
  const socket = {};
  let listeners: Listeners;
  let handlers: EventHandlers;
  let heard: string[];
  const hear = (name: string) => () => void heard.push(name);
  const fire = (type = 'message') => listeners._dispatch(createEvent('Event', type, {}));

  beforeEach(() => {
    listeners = new Listeners(socket);
    handlers = new EventHandlers(listeners);
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

  it('may be added for one event', () => {
    listeners._add('message', hear('once'), { once: true });
    fire();
    fire();
    assert.deepEqual(heard, ['once']);
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
    handlers._set('onmessage', hear('first'));
    listeners._add('message', hear('2'), false);
    handlers._set('onmessage', hear('second'));
    fire();
    assert.deepEqual(heard.splice(0), ['1', 'second', '2']);
    handlers._set('onmessage', null);
    handlers._set('onmessage', hear('third'));
    fire();
    assert.deepEqual(heard.splice(0), ['1', '2', 'third']);
    for (const noObject of ['text', 1, true, undefined]) {
      handlers._set('onmessage', noObject);
      assert.equal(handlers._get('onmessage'), null);
    }
    fire();
    assert.deepEqual(heard, ['1', '2']);
  });

  it('keep an object that is set as on… attribute with its place, and do not call it', () => {
    const object = { handleEvent: hear('object') };
    handlers._set('onmessage', object);
    listeners._add('message', hear('listener'), false);
    fire();
    assert.equal(handlers._get('onmessage'), object);
    handlers._set('onmessage', hear('handler'));
    fire();
    assert.deepEqual(heard, ['listener', 'handler', 'listener']);
  });

  it('cancel the event when an on… function returns false', () => {
    let cancelled = 0;
    const event = () => ({
      ...createEvent('Event', 'x', {}),
      type: 'message',
      preventDefault: () => {
        cancelled += 1;
      },
    });
    for (const returned of [undefined, 0, true, false]) {
      handlers._set('onmessage', () => returned);
      listeners._dispatch(event());
    }
    assert.equal(cancelled, 1);
  });

  it('report what they throw at once where the engine can', () => {
    const reported: unknown[] = [];
    const undo = withGlobals({ reportError: (error: unknown) => void reported.push(error) });
    const failure = new Error('of the page');
    listeners._add(
      'message',
      () => {
        throw failure;
      },
      false,
    );
    fire();
    undo();
    assert.deepEqual(reported, [failure]);
  });

  it('do not take an on… function for the same added one', () => {
    const both = hear('x');
    handlers._set('onmessage', both);
    listeners._add('message', both, false);
    fire();
    assert.deepEqual(heard.splice(0), ['x', 'x']);
    listeners._remove('message', both, false);
    assert.equal(handlers._get('onmessage'), both);
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
      const event = createEvent('Event', 'message', {});
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
      listeners._dispatch(event);
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
    assert.ok(createEvent('Event', 'open', {}) instanceof Event);
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
    const listeners = new Listeners(socket);
    let target: unknown;
    listeners._add('open', (event: { target: unknown }) => (target = event.target), false);
    listeners._dispatch(createEvent('Event', 'open', {}));
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
