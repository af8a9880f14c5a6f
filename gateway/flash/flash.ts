import type { Socket } from 'node:net';
import type { Router } from 'express';
import type { Clock } from '../base/clock.ts';
import type { ListenAddress } from '../base/listen.ts';
import type { Log } from '../base/log.ts';
import { policyDomains } from './domains.ts';
import { createFlashPages } from './pages.ts';
import { socketPolicy } from './policy-document.ts';
import { PolicyService } from './policy-service.ts';

export interface FlashSettings {
  /** Address of the policy port; absent: the fallback over Flash is off. */
  readonly listen: ListenAddress | undefined;
  /** Hosts whose SWFs may talk to the gateway, beside its own. */
  readonly domains: readonly string[];
  readonly crossdomain: boolean;
}

/** All that a gateway does for Flash: socket policies, on two ports, and what is served over HTTP. */
export class Flash {
  readonly pages: Router;
  /** Takes a connection to the gateway's own port that begins as a policy request does; absent: Flash is off. */
  readonly onMarkup: ((socket: Socket) => void) | undefined;
  readonly #settings: FlashSettings;
  readonly #log: Log;
  readonly #policies: PolicyService;
  /** The gateway's own port, once it is known. */
  #port = 0;

  constructor(settings: FlashSettings, { clock, log }: { readonly clock: Clock; readonly log: Log }) {
    const { listen, domains, crossdomain } = settings;
    this.#settings = settings;
    this.#log = log;
    this.#policies = new PolicyService(
      (localAddress) => socketPolicy(policyDomains(domains, localAddress), this.#port),
      clock,
    );
    this.pages = createFlashPages({ sockets: listen !== undefined, crossdomain, domains });
    this.onMarkup = listen && ((socket) => this.#policies.accept(socket));
  }

  /** Serves the policy port, if there is to be one, for a gateway on `port`. Resolves with its number; rejects with Node's own errors. */
  async listen(port: number): Promise<number | undefined> {
    const { listen, domains, crossdomain } = this.#settings;
    this.#port = port;
    if (domains.includes('*') && (listen !== undefined || crossdomain)) {
      this.#log.warn(
        'policy domain "*": SWFs of every site may talk to this gateway, in the name of its users',
      );
    }
    if (listen === undefined) return undefined;
    const policyPort = await this.#policies.listen(listen);
    // Adobe, "Setting up a socket policy file server": a policy of such a port grants none below 1024.
    if (policyPort >= 1024 && port < 1024) {
      this.#log.warn(
        `players take no policy for port ${port} from port ${policyPort}: it must be below 1024`,
      );
    }
    return policyPort;
  }

  close(): void {
    this.#policies.close();
  }
}
