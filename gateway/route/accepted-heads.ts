import type { RequestHead } from '../http/request-head.ts';
import type { Purpose } from './request-purpose.ts';
import type { RouteTable } from './route-table.ts';

/**
 * What requests are for whose head came before and whose `Host` was accepted. A page sends the same
 * head with each message, so this is found out once.
 */
export class AcceptedHeads<Route> {
  readonly #routes: RouteTable<Route>;
  /** The routes that the purposes were found with. */
  #version: object;
  #purposes = new WeakMap<object, Purpose<Route>>();

  constructor(routes: RouteTable<Route>) {
    this.#routes = routes;
    this.#version = routes.version;
  }

  find({ sameHead }: RequestHead): Purpose<Route> | undefined {
    if (sameHead === undefined || this.#version !== this.#routes.version) return undefined;
    return this.#purposes.get(sameHead);
  }

  keep({ sameHead }: RequestHead, purpose: Purpose<Route>): void {
    if (sameHead === undefined) return;
    if (this.#version !== this.#routes.version) {
      this.#version = this.#routes.version;
      this.#purposes = new WeakMap();
    }
    this.#purposes.set(sameHead, purpose);
  }
}
