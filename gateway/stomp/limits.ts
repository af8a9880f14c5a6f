/** Bounds of the frames that a peer may send. */
export interface FrameLimits {
  /** Bytes of a frame, head and body together. */
  readonly maxFrame: number;
  /** Bytes of the command line and the header lines together. */
  readonly maxHead: number;
  /** Header entries of one frame. */
  readonly maxHeaders: number;
  /** Bytes of one line of the head. */
  readonly maxLine: number;
}

const KIB = 1024;

/**
 * Bounds for frames of up to `maxFrame` bytes. A token as long as browsers make them fits into a
 * line. A head is decoded in one go, so its bound keeps that under a few milliseconds.
 */
export function frameLimits(maxFrame: number): FrameLimits {
  return { maxFrame, maxHead: 256 * KIB, maxHeaders: 256, maxLine: 64 * KIB };
}
