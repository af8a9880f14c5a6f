import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../base/clock.ts';
import { emitAtOnce } from '../base/emit-at-once.ts';
import type { Log } from '../base/log.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import { wsLimits } from '../channel/ws-limits.ts';
import { readMessages } from '../channel/ws-messages.ts';
import type { Upgrade } from '../http/upgrade.ts';
import type { Session } from '../session/session.ts';
import { SocketCarrier } from './socket-carrier.ts';

/** What the WebSockets of sessions need of the gateway. */
export interface SessionSocketContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: MemoryBudget;
  /** Bytes that a client may put in one message. */
  readonly body: number;
  /** Milliseconds in which a client must attach its session. */
  readonly attachTimeout: number;
}

/** `Er` in a text message, and a Close with 1000 (PROTOCOL.md §7; RFC 6455 §5.2). */
const LAST_WORDS = Buffer.from([0x81, 3, 0x45, 0x72, 0x1e, 0x88, 2, 0x03, 0xe8]);

/**
 * WebSockets that carry a session in both directions (PROTOCOL.md §7): as quick as a native one,
 * and the session outlives its socket.
 */
export class SessionSocketEndpoint {
  readonly #context: SessionSocketContext;
  readonly #server: WebSocketServer;

  constructor(context: SessionSocketContext) {
    this.#context = context;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      ...wsLimits(context.body),
    });
  }

  /**
   * Answers the Upgrade. The session uses the socket once the client's first message attaches it.
   */
  accept(upgrade: Upgrade, session: Session): void {
    const { request, socket, head, remoteAddress } = upgrade;
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      // Node's server hands over the network connection itself.
      emitAtOnce(socket);
      this.#open(webSocket, session, remoteAddress);
      upgrade.leaveWords?.(LAST_WORDS);
    });
  }

  #open(webSocket: WebSocket, session: Session, address: string): void {
    const { clock, log, body, memory, attachTimeout } = this.#context;
    const openAccount = () => memory.account(address);
    const carrier = new SocketCarrier(webSocket, session, { log, body, openAccount });
    const late = clock.setTimeout(() => {
      if (!carrier.isAttached) webSocket.terminate();
    }, attachTimeout);
    const messages = readMessages(webSocket, carrier, openAccount);
    webSocket.on('close', () => {
      clock.clearTimeout(late);
      messages.close();
      carrier.leave();
    });
    // The close event follows, and it is enough.
    webSocket.on('error', () => {});
  }
}
