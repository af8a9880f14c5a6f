import type {
  Connect,
  Connection,
  ConnectionEvents,
  Payload,
  Step,
  Target,
} from '../../../client-shim/src/connect/connection.ts';

/**
 * A connection that does nothing by itself: it writes down what the facade asks for, and the test
 * speaks for the network.
 */
export class FakeConnection implements Connection {
  readonly target: Target;
  readonly events: ConnectionEvents;
  readonly #calls: unknown[][] = [];

  constructor(target: Target, events: ConnectionEvents) {
    this.target = target;
    this.events = events;
  }

  /**
   * The calls, in order; binary data as it is by now, so that it shows who else has written into
   * it.
   */
  get calls(): unknown[][] {
    return this.#calls.map((call) => call.map((part) => (part instanceof Uint8Array ? [...part] : part)));
  }

  send(data: Payload, size: number): void {
    this.#calls.push(['send', data, size]);
  }

  close(code: number, reason: string): void {
    this.#calls.push(['close', code, reason]);
  }

  settle(): void {}

  _freeze(): void {}

  _unload(): void {
    this.#calls.push(['leave']);
  }

  transport(): string {
    return 'fake';
  }

  diagnostics(): Step[] {
    return [{ time: 0, transport: 'fake', what: 'made' }];
  }
}

/** A `connect` that makes such connections, and the last one made. */
export function fakeConnect(): { connect: Connect; last: () => FakeConnection; count: () => number } {
  const made: FakeConnection[] = [];
  const connect: Connect = (target, events) => {
    const connection = new FakeConnection(target, events);
    made.push(connection);
    return connection;
  };
  return { connect, last: () => made[made.length - 1] as FakeConnection, count: () => made.length };
}
