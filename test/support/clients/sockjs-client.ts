import { createRequire } from 'node:module';

/** What tests use of sockjs-client, which has no types of its own. */
export interface SockJsSocket {
  readonly transport: string;
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onclose: ((event: { code: number; reason: string; wasClean: boolean }) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

type Constructor = new (
  url: string,
  protocols: null,
  options: { transports: readonly string[]; timeout: number },
) => SockJsSocket;

/** Transports that sockjs-client has in Node; the others need a document. */
export const NODE_TRANSPORTS = ['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling'] as const;

/**
 * sockjs-client as npm has it, of the version that the gateway depends on. It is patient: of its
 * own accord it gives a transport 600 ms, which a machine with other work may take.
 */
export function sockJs(url: string, transport: string): SockJsSocket {
  const SockJS = createRequire(import.meta.url)('sockjs-client') as Constructor;
  return new SockJS(url, null, { transports: [transport], timeout: 15_000 });
}
