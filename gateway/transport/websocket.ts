import { type WebSocket, WebSocketServer } from 'ws';
import { END, HEARTBEAT, spellDelivery, spellDeliveryBytes } from '../dialect/resumable.ts';
import type { Upgrade } from '../http/upgrade.ts';
import { parseBytes } from '../protocol/byte-form.ts';
import { CloseCode } from '../protocol/close.ts';
import type { Delivery } from '../protocol/delivery.ts';
import { parseText } from '../protocol/text-form.ts';
import { MalformedError, type Unit } from '../protocol/unit.ts';
import { decodeUtf8 } from '../protocol/unit-builder.ts';
import type { Carrier, EndReason } from '../session/carrier.ts';
import type { Session } from '../session/session.ts';
import { END_LETTER } from './ends.ts';

/** Octets of payload in one delivery, and octets unsent at which the carrier asks to wait. */
const ROOM = 65_536;

/**
 * WebSockets that carry a session in both directions (PROTOCOL.md §7): as quick as a native one, and survived by its session.
 */
export class SessionSocketEndpoint {
  readonly #server: WebSocketServer;

  /** `body` octets is the most a client may put in one message. */
  constructor(body: number) {
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: body,
    });
  }

  /** Answers the Upgrade and lets the session use the socket, once the client asks for it in its first message. */
  accept(upgrade: Upgrade, session: Session): void {
    this.#server.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (socket) => {
      const carrier = new SocketCarrier(socket, session);
      socket.on('message', (data, isBinary) => carrier.read(data as Buffer, isBinary));
      socket.on('close', () => session.detach(carrier));
      // The close event follows and says all there is to say.
      socket.on('error', () => {});
    });
  }
}

class SocketCarrier implements Carrier {
  readonly once = false;
  readonly acknowledges = true;
  readonly room = ROOM;
  readonly #socket: WebSocket;
  readonly #session: Session;
  /** Number of the client's next frame, and of ours. */
  #theirs = 0;
  #ours = 0;
  #blocked = false;

  constructor(socket: WebSocket, session: Session) {
    this.#socket = socket;
    this.#session = session;
  }

  read(data: Buffer, isBinary: boolean): void {
    try {
      this.#act(isBinary ? parseBytes(data, 0, this.#theirs) : parseText(decodeUtf8(data), 0, this.#theirs));
    } catch {
      this.#session.detach(this);
      this.#socket.close(CloseCode.protocolError);
    }
  }

  #act(unit: Unit): void {
    if (this.#ours === 0 && unit.wanted === undefined) throw new MalformedError('no attach');
    this.#theirs = unit.next;
    this.#accept(unit);
    if (unit.wanted !== undefined) this.#session.attachCarrier(this, unit.wanted.n, unit.wanted.ack);
  }

  /** While the backend takes no more, the client is not read. */
  #accept(unit: Unit): void {
    let answered = false;
    this.#session.accept(unit, () => {
      answered = true;
      if (this.#socket.isPaused) this.#socket.resume();
    });
    if (!answered) this.#socket.pause();
  }

  deliver(delivery: Delivery): boolean {
    const positioned = delivery.first === this.#ours;
    this.#ours = delivery.first + delivery.entries.length;
    const binary = delivery.entries.some((entry) => entry.message?.binary);
    this.#socket.send(
      binary ? spellDeliveryBytes(delivery, positioned) : spellDelivery(delivery, positioned),
      { binary },
      this.#sent,
    );
    this.#blocked = this.#socket.bufferedAmount >= ROOM;
    return !this.#blocked;
  }

  heartbeat(): void {
    this.#socket.send(HEARTBEAT);
  }

  end(reason: EndReason): void {
    this.#socket.send(END[END_LETTER[reason]]);
    this.#socket.close(CloseCode.normal);
  }

  readonly #sent = (): void => {
    if (!this.#blocked || this.#socket.bufferedAmount >= ROOM) return;
    this.#blocked = false;
    this.#session.writable(this);
  };
}
