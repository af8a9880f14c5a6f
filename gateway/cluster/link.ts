/** A process that owns sessions. */
export interface NodeInfo {
  readonly name: string;
  /** False: it keeps the sessions that it has and takes no new ones. */
  readonly isAccepting: boolean;
}

/** Bytes of a frame, at most. */
export const MAX_FRAME = 16 * 1024 ** 2;

/** Bytes that wait for one node, at which `Link.send` answers false. */
export const HIGH_WATER = 1024 ** 2;

/**
 * What a link tells its node. All calls come from the event loop, never from within a call of
 * `Link`, so that a listener may call the link at any time.
 */
export interface LinkListener {
  /** It can be sent to from now on, or its `isAccepting` changed. */
  nodeUp(node: NodeInfo): void;
  /**
   * Frames may have been lost, or none arrive: all streams with it are over. The other side loses
   * this node too, sooner or later. It may come back (`nodeUp`).
   */
  nodeLost(name: string): void;
  /**
   * Its process has ended, for everybody: its sessions are gone. Comes after `nodeLost`, or alone
   * for a node that never was up.
   */
  nodeGone(name: string): void;
  /**
   * One frame. Frames come in order, and without a gap between `nodeUp` and `nodeLost`. Its memory
   * is never written again, but may be part of a larger buffer: copy what is kept for long.
   */
  received(from: string, frame: Buffer): void;
  /** The link takes more for this node, after `send` answered false; never after `nodeLost`. */
  drained(name: string): void;
  /** `isConnected` of the link changed. */
  connectionChanged(isConnected: boolean): void;
}

/** A listener for links that nobody listens to. */
export const nobody: LinkListener = {
  nodeUp: () => {},
  nodeLost: () => {},
  nodeGone: () => {},
  received: () => {},
  drained: () => {},
  connectionChanged: () => {},
};

/** What the nodes of a cluster exchange frames over. */
export interface Link {
  /** The name of this node. */
  readonly self: string;
  /**
   * False while this process itself is cut off from others that it would need, such as while NATS
   * is away: who is not up may live then.
   */
  readonly isConnected: boolean;
  /**
   * Begins to look for others and to be found. Called once. Resolves when others can reach this
   * node, or when that is being retried. Rejects with a `ConfigError` where no retry
   * can help.
   */
  start(listener: LinkListener): Promise<void>;
  /**
   * Queues a frame. All frames for a node in one turn of the event loop leave in one write. The
   * buffer must not be changed afterwards. False: `HIGH_WATER` bytes and more wait for that node,
   * and the caller should wait for `drained`; the frame is taken all the same. A frame for a node
   * that is not up is dropped, and the answer is true. Throws a `RangeError` for a frame of more
   * than `MAX_FRAME` bytes.
   */
  send(to: string, frame: Buffer): boolean;
  /** Tells the others whether this node takes new sessions. @default it does */
  setAccepting(isAccepting: boolean): void;
  /**
   * Tells the others that this node is gone, after what was sent before. The listener is not called
   * any more.
   */
  close(): Promise<void>;
}
