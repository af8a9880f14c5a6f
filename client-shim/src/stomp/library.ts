/**
 * What the repairs use of stompjs 2.3 and its descendants (stomp-websocket, @stomp/stompjs up to 4,
 * forks). Other STOMP clients have no `Frame.unmarshall` and are left alone.
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
  /** The length of a text in bytes, for `content-length`. */
  sizeOfUTF8?(text: string): number;
  /**
   * Decodes the escapes of a header value. Only @stomp/stompjs 4 has it, where a connection may
   * request it.
   */
  frUnEscape?(value: string): string;
}

export type Unmarshall = (data: string, escaped?: unknown) => Unmarshalled;

/**
 * The frames. From 2.3.4 on also the unfinished frame, which the client prepends to the next
 * message.
 */
export type Unmarshalled = Frame[] | WithPartial;
export interface WithPartial {
  frames: Frame[];
  partial: string;
}

export interface StompClient {
  ws: StompSocket;
  maxWebSocketFrameSize: number;
  debug: unknown;
  /** The received part of an unfinished frame. From 2.3.4 on. */
  partialData?: string;
  connect?(...settings: unknown[]): unknown;
  _transmit?(command: string, headers: object, body?: string): unknown;
}

/** A WebSocket of the shim or the browser, or an object with its interface, such as a SockJS. */
export interface StompSocket {
  onmessage?: ((event: { readonly data?: unknown }) => unknown) | null;
  send(data: unknown): unknown;
  close?(): void;
  /** Set by the repairs: the received part of an unfinished frame. */
  _tail?: string;
}
