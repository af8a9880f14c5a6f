/** What a bus reports. */
export interface BusUser {
  /** Messages go and come from now on. All that was on the way before is lost. */
  busConnected(): void;
  busDisconnected(): void;
  /** The servers of the bus have changed: some nodes are about to connect to others. */
  busChanged(): void;
  /** A message for this node. */
  busReceived(payload: Buffer): void;
  /** A message for all nodes. Those of this node come back too. */
  busAnnounced(payload: Buffer): void;
  /** Nobody receives messages for that node: what was sent to it last is lost. */
  busUndeliverable(node: string): void;
}

/**
 * A broker that passes messages on between nodes, at most once. Messages of one node to another
 * come in order. While it is not connected, messages are dropped.
 */
export interface Bus {
  readonly isConnected: boolean;
  /** Bytes of a message, at most. */
  readonly maxPayload: number;
  /** Resolves after the first attempt to connect, whether or not it succeeded. */
  start(user: BusUser): Promise<void>;
  sendTo(node: string, payload: Buffer): void;
  announce(payload: Buffer): void;
  /** Resolves when the broker has all that was sent before; rejects when it may have lost some. */
  flushed(): Promise<void>;
  /** Gives the connection up and makes a new one. */
  reconnect(reason: string): void;
  close(): Promise<void>;
}
