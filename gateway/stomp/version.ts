import type { FrameHeaders } from './frame.ts';

/** The versions of STOMP that are spoken here, in ascending order. */
export const VERSIONS = ['1.0', '1.1', '1.2'] as const;
export type Version = (typeof VERSIONS)[number];

/** The version of that name, if it is spoken here. */
export function asVersion(text: string | undefined): Version | undefined {
  return VERSIONS.find((version) => version === text?.trim());
}

/**
 * The versions that a CONNECT accepts and that are spoken here, in ascending order. Without
 * `accept-version` it accepts 1.0.
 */
export function acceptableVersions(headers: FrameHeaders): Version[] {
  const wanted = (headers.get('accept-version') ?? '1.0').split(',').map((version) => version.trim());
  return VERSIONS.filter((version) => wanted.includes(version));
}

const SUBPROTOCOLS = ['v12.stomp', 'v11.stomp', 'v10.stomp'];

/**
 * The WebSocket subprotocol for a page that offers `offered`: the newest of STOMP's, or none.
 * CONNECT settles the version, whatever the subprotocol says.
 */
export function selectSubprotocol(offered: readonly string[]): string {
  return SUBPROTOCOLS.find((protocol) => offered.includes(protocol)) ?? '';
}
