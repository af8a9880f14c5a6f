import { createConnect } from '../../../../client-shim/src/connect/connect.ts';
import type { Connect, Connection, Target } from '../../../../client-shim/src/connect/connection.ts';
import { createMemory } from '../../../../client-shim/src/connect/memory.ts';
import type { FakeBrowser, FakeSocket } from './fake-browser.ts';

export const RS = '\x1e';

/** What a gateway answers to `create`, with `changes`. */
export function createAnswer(changes: Readonly<Record<string, string>> = {}): string {
  const fields = {
    token: 'n.k',
    protocol: '',
    carriers: 'xhr-polling,xhr-streaming,eventsource,websocket',
    heartbeat: '25000',
    silence: '62500',
    window: '120000',
    outbox: '1048576',
    body: '263168',
    ...changes,
  };
  return `${new URLSearchParams(fields)}&end=1`;
}

/** A connection of a page, and what its page received. */
export interface Opened {
  readonly connection: Connection;
  readonly received: string[];
  /** What it did, without the times. */
  steps(): string[];
}

/** A page with one shim for all its sockets. Pages of one browser share its memory. */
export class FakePage {
  readonly browser: FakeBrowser;
  readonly #connect: Connect;

  constructor(browser: FakeBrowser) {
    this.browser = browser;
    this.#connect = createConnect(browser, createMemory(browser.page, browser.now));
  }

  /** `onMessage`: what the page does when a message arrives. */
  open(target: Partial<Target> = {}, onMessage?: (connection: Connection, data: unknown) => void): Opened {
    const received: string[] = [];
    const connection: Connection = this.#connect(
      { url: 'ws://host:8080/echo', protocols: [], origin: 'http://host:8080', transports: null, ...target },
      {
        open: () => received.push('open'),
        message: (data) => {
          received.push(`message ${data}`);
          onMessage?.(connection, data);
        },
        sent: (bytes) => received.push(`sent ${bytes}`),
        closing: () => received.push('closing'),
        closed: (code) => received.push(`closed ${code}`),
      },
    );
    const steps = () => connection.diagnostics().map(({ transport, what }) => `${transport}: ${what}`);
    return { connection, received, steps };
  }

  /** The native sockets, in the order in which they were made. */
  native(at: number): FakeSocket {
    return this.browser.sockets[at] as FakeSocket;
  }

  opens(at: number): void {
    this.native(at).onopen?.({ type: 'open' });
  }

  hears(at: number): void {
    this.native(at).onmessage?.({ type: 'message', data: 'hi' });
  }

  breaks(at: number): void {
    this.native(at).onclose?.({ type: 'close', code: 1006, wasClean: false });
  }

  /** Answers the question whether the gateway has the handshake. */
  upgrade(state: 'pending' | 'none'): void {
    this.browser.last('upgrade').end(200, `upgrade=${state}&end=1`);
  }

  create(changes: Readonly<Record<string, string>> = {}): void {
    this.browser.last('create').end(200, createAnswer(changes));
  }
}
