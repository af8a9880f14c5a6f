import type { TlsIdentity } from '../../backend/dial.ts';
import type { FrameLimits } from '../limits.ts';
import type { RightsOptions } from '../rights.ts';

/** Where a STOMP broker listens. */
export interface BrokerAddress {
  /** stomps: TLS with a verified certificate. */
  readonly secure: boolean;
  /** Name or address; an IPv6 address without brackets. */
  readonly hostname: string;
  readonly port: number;
}

/** How a client's frames are changed or refused on their way to the broker. */
export interface RelayRules extends RightsOptions {
  /** `host` of CONNECT. @default the client's */
  readonly virtualHost: string | undefined;
  /** Credentials in place of the client's. @default the client's */
  readonly login: string | undefined;
  readonly passcode: string | undefined;
}

/** Rules that change and refuse nothing. */
export const NO_RULES: RelayRules = {
  virtualHost: undefined,
  login: undefined,
  passcode: undefined,
  subscribe: undefined,
  send: undefined,
};

/** How frames are relayed to any kind of broker. */
export interface FramingOptions extends RelayRules {
  /** Bounds of a frame, in either direction. */
  readonly frame: FrameLimits;
  /**
   * Interval in milliseconds of the heart-beats that the gateway offers to the broker of a fallback
   * client, and asks of it. 0: none.
   */
  readonly heartBeat: number;
  /**
   * Milliseconds until a broker must have accepted the connection, and again until it must have
   * answered CONNECT.
   */
  readonly connectTimeout: number;
  /** Bytes of a message to a WebSocket server; absent: one message is one frame. */
  readonly chunkSize?: number | undefined;
}

/** How a relay reaches its brokers. */
export interface RelayOptions extends FramingOptions {
  /**
   * Tried in turn, first the one that accepted last. One that accepted and did not answer CONNECT
   * is tried last the next time.
   */
  readonly brokers: readonly BrokerAddress[];
  /** Trusted certificates in place of the system's, in PEM form. */
  readonly ca: string | Buffer | undefined;
  /** Certificate and key that the brokers are shown; absent: none. */
  readonly identity?: TlsIdentity | undefined;
}
