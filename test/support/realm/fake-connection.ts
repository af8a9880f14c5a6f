import type {
  Connect,
  Connection,
  ConnectionEvents,
  Payload,
  Step,
  Target,
} from '../../../client-shim/src/connect/connection.ts';

/** A connection that does nothing by itself: it writes down what the facade asks for, and the test speaks for the network. */
export class FakeConnection implements Connection {
  readonly target: Target;
  readonly events: ConnectionEvents;
  /** What was asked, in order. */
  readonly calls: unknown[][] = [];

  constructor(target: Target, events: ConnectionEvents) {
    this.target = target;
    this.events = events;
  }

  send(data: Payload, size: number): void {
    this.calls.push([
      'send',
      typeof data === 'string' ? data : [...new Uint8Array(data as Uint8Array)],
      size,
    ]);
  }

  close(code: number, reason: string): void {
    this.calls.push(['close', code, reason]);
  }

  leave(): void {
    this.calls.push(['leave']);
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
