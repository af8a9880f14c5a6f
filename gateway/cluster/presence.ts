import { LINK_VERSION, OLDEST_LINK_VERSION } from './hello.ts';
import { isNodeName } from './node-name.ts';

/** What a node says of itself on a bus, to all and to each. A newer release may say more. */
export interface Presence {
  /** Its `LINK_VERSION`, and the oldest that it understands. */
  readonly version: number;
  readonly oldest: number;
  readonly name: string;
  /** The processes of one supervisor reach each other without the bus. Absent: it has none. */
  readonly machine?: string | undefined;
  readonly isAccepting: boolean;
  /** It ends, and its sessions with it. */
  readonly isLeaving: boolean;
}

export function encodePresence(presence: Omit<Presence, 'version' | 'oldest'>): Buffer {
  return Buffer.from(JSON.stringify({ version: LINK_VERSION, oldest: OLDEST_LINK_VERSION, ...presence }));
}

/** Undefined for anything else. */
export function parsePresence(bytes: Buffer): Presence | undefined {
  try {
    const given = JSON.parse(bytes.toString()) as Partial<Presence>;
    const { version, oldest, name, machine } = given;
    if (typeof name !== 'string' || !isNodeName(name)) return undefined;
    if (!Number.isSafeInteger(version) || !Number.isSafeInteger(oldest)) return undefined;
    return {
      ...{ version: version as number, oldest: oldest as number, name },
      machine: typeof machine === 'string' ? machine : undefined,
      isAccepting: given.isAccepting === true,
      isLeaving: given.isLeaving === true,
    };
  } catch {
    return undefined;
  }
}
