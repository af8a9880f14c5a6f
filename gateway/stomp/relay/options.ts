import type { FrameLimits } from '../limits.ts';

/** Where a STOMP broker listens. */
export interface BrokerAddress {
  /** stomps: TLS with a verified certificate. */
  readonly secure: boolean;
  /** Name or address; an IPv6 address without brackets. */
  readonly hostname: string;
  readonly port: number;
}

/** What of a client's frames is changed or refused on the way to the broker. */
export interface RelayRules {
  /** `host` of CONNECT. @default the client's */
  readonly virtualHost: string | undefined;
  /** Credentials that take the place of the client's. @default the client's */
  readonly login: string | undefined;
  readonly passcode: string | undefined;
  /** Patterns of the destinations that may be subscribed to. @default all */
  readonly subscribe: readonly string[] | undefined;
  /** Patterns of the destinations that may be sent to. @default all */
  readonly send: readonly string[] | undefined;
}

/** Rules that leave everything as it is. */
export const NO_RULES: RelayRules = {
  virtualHost: undefined,
  login: undefined,
  passcode: undefined,
  subscribe: undefined,
  send: undefined,
};

/** How frames are relayed, to a broker of whatever kind. */
export interface FramingOptions extends RelayRules {
  /** Bounds of a frame, in either direction. */
  readonly frame: FrameLimits;
  /** Milliseconds between heart-beats that the gateway offers, and asks of, the broker of a fallback client. */
  readonly heartBeat: number;
  /** Milliseconds until a broker must have accepted, and until it must have answered CONNECT. */
  readonly connectTimeout: number;
}

/** How a relay reaches its brokers. */
export interface RelayOptions extends FramingOptions {
  /** Tried in turn, from the last one that accepted on; one that accepts and does not answer CONNECT is the last next time. */
  readonly brokers: readonly BrokerAddress[];
  /** Certificates that are trusted in place of the system's, in PEM form. */
  readonly ca: string | Buffer | undefined;
}
