/** Bytes that requests and responses of a session may carry. */
export interface TransportLimits {
  /** Of a request body. */
  readonly maxBody: number;
  /** Of the answer to a poll, about. */
  readonly pollBudget: number;
  /** After which a stream is renewed. */
  readonly streamBudget: number;
}

const KiB = 1024;

export const defaultTransportLimits: TransportLimits = {
  // 256 KiB of messages in text, and their frames.
  maxBody: 257 * KiB,
  pollBudget: 256 * KiB,
  streamBudget: 256 * KiB,
};
