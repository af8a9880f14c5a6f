import { isNodeName } from './node-name.ts';

/** Kinds of messages from one node to another. A node ignores kinds that it does not know. */
export const MessageKind = {
  /** Its epoch, the one that it knows of the receiver, and its presence. */
  hello: 0,
  /** A chunk of records, with its number. */
  chunk: 1,
  /** How many chunks were sent: the last may be lost. The bus says if nobody receives it. */
  probe: 2,
} as const;

/** The first byte of each message. */
const FORMAT = 1;
/** Format, kind, two epochs, number, length of the name. */
const FIXED = 15;

/** The head of a message. */
export interface MessageHead {
  readonly kind: number;
  readonly from: string;
  /** The epoch of the sender. */
  readonly epoch: number;
  /** The epoch of the receiver, as the sender knows it; 0: it knows none. */
  readonly toEpoch: number;
  /**
   * Of a chunk or a probe: how many chunks of these two epochs came before it. Of a hello: 1 if the
   * sender can be sent to, as both epochs are known to it, else 0.
   */
  readonly number: number;
}

/** Bytes of the head of a message from that node. */
export function headLength(from: string): number {
  return FIXED + from.length;
}

/** Writes the head into the first bytes of a message. */
export function writeHead(message: Buffer, head: MessageHead): void {
  message[0] = FORMAT;
  message[1] = head.kind;
  message.writeUInt32BE(head.epoch, 2);
  message.writeUInt32BE(head.toEpoch, 6);
  message.writeUInt32BE(head.number, 10);
  message[14] = head.from.length;
  message.write(head.from, FIXED, 'latin1');
}

/** Undefined for what is no message of this format. */
export function readHead(message: Buffer): MessageHead | undefined {
  if (message.length < FIXED || message[0] !== FORMAT) return undefined;
  const from = message.toString('latin1', FIXED, FIXED + (message[14] as number));
  if (!isNodeName(from)) return undefined;
  return {
    kind: message[1] as number,
    from,
    epoch: message.readUInt32BE(2),
    toEpoch: message.readUInt32BE(6),
    number: message.readUInt32BE(10),
  };
}
