import { serializeOrigin } from '../base/origin.ts';
import type { RequestHead } from '../http/request-head.ts';

/**
 * Why an origin is allowed: it is the gateway's own, it is listed, or the operator allowed all
 * (`*`).
 */
export type OriginMatch = 'own' | 'listed' | 'any';

/** The origins whose pages may use a route. */
export class OriginPolicy {
  readonly #listed: ReadonlySet<string>;
  readonly #any: boolean;

  /** `origins` are serialized; `null` and `*` are among them only if the operator listed them. */
  constructor(origins: Iterable<string>) {
    this.#listed = new Set(origins);
    this.#any = this.#listed.has('*');
  }

  /** The listed origins that have a name: neither `null` nor `*`. */
  get named(): readonly string[] {
    return [...this.#listed].filter((origin) => origin !== '*' && origin !== 'null');
  }

  /**
   * Why `origin` is allowed, or undefined. `*` does not cover `null`, which every sandboxed or
   * local page has.
   */
  match(origin: string, own: string): OriginMatch | undefined {
    if (origin === own) return 'own';
    if (origin === '*') return undefined;
    if (this.#listed.has(origin)) return 'listed';
    const serialized = serializeOrigin(origin);
    if (serialized === undefined) return undefined;
    if (serialized === own) return 'own';
    if (this.#listed.has(serialized)) return 'listed';
    return this.#any ? 'any' : undefined;
  }
}

/**
 * The gateway's own origin as the client sees it: scheme and `Host`. It proves something only if
 * the `Host` was accepted.
 */
export function ownOrigin(head: RequestHead): string {
  const { secure, host } = head;
  const defaultPort = secure ? ':443' : ':80';
  const name = host.endsWith(defaultPort) ? host.slice(0, -defaultPort.length) : host;
  return `${secure ? 'https' : 'http'}://${name}`;
}
