/** Bounds of what `ws` reads. */
export interface WsLimits {
  /** Bytes of a message; a longer one ends the connection with 1009. */
  readonly maxPayload: number;
  /** Frames of a message; more end the connection with 1008. */
  readonly maxFragments: number;
  /**
   * Reads from the network of which one frame is put together; more end the connection with 1008.
   */
  readonly maxBufferedChunks: number;
}

/**
 * The bounds for messages of up to `maxMessage` bytes. A fragment and a chunk cost some hundred
 * bytes each, however small they are, and `ws` takes chunks off the front of an array, which is
 * slow where there are many. Programs write fragments of some KiB, and networks bring more than 1
 * KiB at a time, so that honest messages stay far below.
 */
export function wsLimits(maxMessage: number): WsLimits {
  return {
    maxPayload: maxMessage,
    maxFragments: Math.max(1024, Math.ceil(maxMessage / 4096)),
    maxBufferedChunks: Math.max(4096, Math.ceil(maxMessage / 1024)),
  };
}
