import { timers } from '../../../client-shim/src/browser/timer.ts';

/** Sets global names for the length of a test, and puts back what was there. */
export function withGlobals(values: Readonly<Record<string, unknown>>): () => void {
  const before = Object.entries(values).map(
    ([name]) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  // The shim has taken its own when it was loaded.
  timers._setTimeout = globalThis.setTimeout as never;
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete (globalThis as Record<string, unknown>)[name];
    }
    timers._setTimeout = globalThis.setTimeout as never;
  };
}
