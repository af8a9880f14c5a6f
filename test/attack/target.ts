/** Where an attack goes. The routes are those that `main.ts` starts the gateway with. */
export interface Target {
  readonly port: number;
  /** The attacker's own address within 127.0.0.0/8: the gateway counts by address. */
  readonly from: string;
}

/** `echo:`. */
export const ECHO = '/echo';
/** A server that accepts TCP connections and never answers. */
export const SILENT = '/silent';
/** The embedded STOMP broker. */
export const STOMP = '/stomp';

/** One thing that a hostile client does, once. It may reject: being refused is the point. */
export interface Attack {
  readonly name: string;
  run(target: Target, signal: AbortSignal): Promise<void>;
}
