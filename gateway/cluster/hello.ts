import { isNodeName } from './node-name.ts';

/** Version of what nodes send each other, below the frames. */
export const LINK_VERSION = 1;
/** The oldest version that this release understands. */
export const OLDEST_LINK_VERSION = 1;

/** What a node says of itself first. A newer release may say more. */
export interface Hello {
  /** Its `LINK_VERSION`, and the oldest that it understands. */
  readonly version: number;
  readonly oldest: number;
  readonly name: string;
  /** Whom it takes the receiver for. */
  readonly to: string;
  readonly isAccepting: boolean;
}

export function encodeHello(name: string, to: string, isAccepting: boolean): Buffer {
  const hello: Hello = { version: LINK_VERSION, oldest: OLDEST_LINK_VERSION, name, to, isAccepting };
  return Buffer.from(JSON.stringify(hello));
}

/** Undefined for anything else. */
export function parseHello(bytes: Buffer): Hello | undefined {
  try {
    const { version, oldest, name, to, isAccepting } = JSON.parse(bytes.toString()) as Partial<Hello>;
    if (typeof name !== 'string' || !isNodeName(name) || typeof to !== 'string') return undefined;
    if (!Number.isSafeInteger(version) || !Number.isSafeInteger(oldest)) return undefined;
    return { version, oldest, name, to, isAccepting: isAccepting === true } as Hello;
  } catch {
    return undefined;
  }
}

/** Whether the two releases have a version in common. The lower of their versions is spoken. */
export function understands({ version, oldest }: Pick<Hello, 'version' | 'oldest'>): boolean {
  return version >= OLDEST_LINK_VERSION && oldest <= LINK_VERSION;
}
