/**
 * What the repairs know of stompjs 2.3 and its descendants (stomp-websocket, @stomp/stompjs up to
 * 4, forks). Other STOMP clients have no `Frame.unmarshall` to call, and are left alone.
 */
export interface StompLibrary {
  readonly Frame: FrameClass;
  over?(socket: object): StompClient;
}

export interface Frame {
  readonly command: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface FrameClass {
  new (command: string, headers: Record<string, string>, body: string, escaped?: unknown): Frame;
  unmarshall: Unmarshall;
  /** Bytes of a text, for `content-length`. */
  sizeOfUTF8?(text: string): number;
  /**
   * Undoes the escapes of a header's value; only where a connection may ask for it (@stomp/stompjs
   * 4).
   */
  frUnEscape?(value: string): string;
}

export type Unmarshall = (data: string, escaped?: unknown) => Unmarshalled;

/** The frames; and, from 2.3.4 on, the tail that the client puts before the next message. */
export type Unmarshalled = Frame[] | WithPartial;
export interface WithPartial {
  frames: Frame[];
  partial: string;
}

export interface StompClient {
  ws: StompSocket;
  maxWebSocketFrameSize: number;
  debug: unknown;
  /** What came of a frame that has not ended; from 2.3.4 on. */
  partialData?: string;
  connect?(...settings: unknown[]): unknown;
  _transmit?(command: string, headers: object, body?: string): unknown;
}

/** A WebSocket of the shim or of the browser, or whatever else looks like one, such as a SockJS. */
export interface StompSocket {
  onmessage?: ((event: { readonly data?: unknown }) => unknown) | null;
  send(data: unknown): unknown;
  close?(): void;
  /** Ours: what came of a frame that has not ended. */
  _tail?: string;
}
