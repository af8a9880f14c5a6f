import { define } from '../browser/define.ts';
import type { SocketState } from './socket-state.ts';

const READ_ONLY = [
  'url',
  'readyState',
  'bufferedAmount',
  'extensions',
  'protocol',
  'transport',
  'diagnostics'
];
const HANDLERS = ['open', 'message', 'error', 'close'];

interface Stateful {
  readonly _state: SocketState;
}

/** Reads an attribute of the state. Computed attributes are methods there. */
function read(state: SocketState, name: string): unknown {
  const value = (state as unknown as Record<string, unknown>)[name];
  return typeof value === 'function' ? value.call(state) : value;
}

/** Defines the attributes as accessors on the prototype, as native sockets have them. */
export function addAccessors(prototype: object): void {
  const attribute = (
    name: string,
    get: (state: SocketState) => unknown,
    set?: (state: SocketState, value: unknown) => void
  ) =>
    define(prototype, name, {
      get(this: Stateful) {
        return get(this._state);
      },
      set:
        set &&
        function (this: Stateful, value: unknown) {
          set(this._state, value);
        },
      enumerable: true,
      configurable: true
    });
  const readOnly = (name: string) => attribute(name, (state) => read(state, name));
  const handler = (type: string) =>
    attribute(
      'on' + type,
      (state) => state._listeners._handler(type),
      (state, value) => state._listeners._setHandler(type, value)
    );
  for (let at = 0; at < READ_ONLY.length; at += 1) readOnly(READ_ONLY[at] as string);
  for (let at = 0; at < HANDLERS.length; at += 1) handler(HANDLERS[at] as string);
  attribute(
    'binaryType',
    (state) => state.binaryType,
    (state, value) => state._setBinaryType(value)
  );
}

/**
 * For engines without accessors: reads what the page wrote into plain fields of the socket, and
 * updates the fields that it may read.
 */
export function syncFields(socket: object, state: SocketState): void {
  const fields = socket as Record<string, unknown>;
  for (let at = 0; at < HANDLERS.length; at += 1) {
    const type = HANDLERS[at] as string;
    state._listeners._setHandler(type, fields['on' + type]);
    fields['on' + type] = state._listeners._handler(type);
  }
  state._setBinaryType(fields.binaryType);
  fields.binaryType = state.binaryType;
  for (let at = 0; at < READ_ONLY.length; at += 1)
    fields[READ_ONLY[at] as string] = read(state, READ_ONLY[at] as string);
}
