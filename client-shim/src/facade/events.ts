import { put } from '../browser/define.ts';
import { page } from '../browser/page.ts';
import { nothing } from '../lang/nothing.ts';
import { now } from '../lang/now.ts';

/** The event that listeners get. */
export interface SocketEvent {
  readonly type: string;
  [name: string]: unknown;
}

export type EventKind = 'Event' | 'MessageEvent' | 'CloseEvent';

/**
 * An event that the shim dispatches by itself. It is the engine's own kind of event if that can be
 * constructed, and otherwise an object of the same shape.
 */
export function createEvent(kind: EventKind, type: string, fields: Record<string, unknown>): SocketEvent {
  const event = construct(kind, type, fields) || construct('Event', type, fields) || plain(type);
  // Some engines construct the kind but ignore the fields. Others only know the base kind.
  for (const name in fields) if (event[name] !== fields[name]) put(event, name, fields[name]);
  return event;
}

function construct(kind: EventKind, type: string, fields: Record<string, unknown>): SocketEvent | null {
  try {
    const Constructor = page[kind] as unknown as new (type: string, fields: object) => SocketEvent;
    const event = new Constructor(type, fields);
    // The shim must be able to set `target`, which fails up to Safari 8. The type serves as a test
    // value.
    put(event, 'target', type);
    return event.type === type && event.target === type ? event : null;
  } catch {
    return null;
  }
}

function plain(type: string): SocketEvent {
  return {
    type,
    bubbles: false,
    cancelable: false,
    defaultPrevented: false,
    timeStamp: now(),
    preventDefault: nothing,
    stopPropagation: nothing
  };
}
