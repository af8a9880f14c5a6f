/** Bounds of what a peer may send. */
export interface FrameLimits {
  /** Bytes of a frame, head and body together. */
  readonly maxFrame: number;
  readonly maxHeaders: number;
  /** Bytes of one line of the head. */
  readonly maxLine: number;
}

/** Bounds for frames of up to `maxFrame` bytes; a token as long as browsers make them fits into a line. */
export function frameLimits(maxFrame: number): FrameLimits {
  return { maxFrame, maxHeaders: 256, maxLine: 64 * 1024 };
}
