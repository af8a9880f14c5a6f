import type { Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { type Listen, type ListenAddress, listen } from '../base/listen.ts';
import type { Log } from '../base/log.ts';
import { logRefusal } from '../base/refusal-log.ts';
import type { Page } from '../http/page.ts';
import { policyDomains } from './domains.ts';
import { createFlashPages } from './pages.ts';
import { socketPolicy } from './policy-document.ts';
import { PolicyService } from './policy-service.ts';

export interface FlashSettings {
  /** Address of the policy port; absent: the fallback over Flash is off. */
  readonly listen: ListenAddress | undefined;
  /** Hosts, besides the gateway's own, whose SWFs may connect to the gateway. */
  readonly domains: readonly string[];
  readonly crossdomain: boolean;
}

/** What a gateway does for Flash: socket policies on two ports, and files over HTTP. */
export class Flash {
  readonly pages: Page;
  /**
   * Takes a connection to the gateway's own port that begins like a policy request; absent: Flash
   * is off.
   */
  readonly onMarkup: ((socket: Socket) => void) | undefined;
  readonly #settings: FlashSettings;
  readonly #log: Log;
  readonly #policies: PolicyService;
  /** The gateway's own port; 0 before it listens. */
  #port = 0;

  constructor(settings: FlashSettings, { clock, log }: { readonly clock: Clock; readonly log: Log }) {
    const { listen, domains, crossdomain } = settings;
    this.#settings = settings;
    this.#log = log;
    this.#policies = new PolicyService(
      (localAddress) => socketPolicy(policyDomains(domains, localAddress), this.#port),
      clock,
      (remoteAddress, reason) => this.#logRefusal(remoteAddress, reason),
    );
    this.pages = createFlashPages({ sockets: listen !== undefined, crossdomain, domains });
    this.onMarkup = listen && ((socket) => this.#policies.accept(socket));
  }

  /**
   * Serves the policy port of a gateway on `port`, unless Flash is off. Resolves with its number;
   * rejects with Node's own errors.
   */
  async listen(port: number, via: Listen = listen): Promise<number | undefined> {
    const { listen: address, domains, crossdomain } = this.#settings;
    this.#port = port;
    if (domains.includes('*') && (address !== undefined || crossdomain)) {
      this.#log.warn(
        'policy domain "*": SWFs of every site may talk to this gateway, in the name of its users',
      );
    }
    if (address === undefined) return undefined;
    const policyPort = await this.#policies.listen(address, via);
    // Such a port's policy cannot open ports below 1024 (Adobe, "Setting up a socket policy file
    // server").
    if (policyPort >= 1024 && port < 1024) {
      this.#log.warn(
        `players take no policy for port ${port} from port ${policyPort}: it must be below 1024`,
      );
    }
    return policyPort;
  }

  /** Leaves the policy port to others. */
  retire(): void {
    this.#policies.retire();
  }

  close(): void {
    this.#policies.close();
  }

  #logRefusal(remoteAddress: string, reason: string): void {
    logRefusal(this.#log, {
      level: 'info',
      message: 'flash policy refused',
      remoteAddress,
      fields: { reason },
      cause: reason,
      remedy: { advice: 'only Flash players connect here; pages use the port of the gateway' },
    });
  }
}
