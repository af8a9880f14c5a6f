import type { NativeConnection } from '../../gateway/native/upgrade-request.ts';

/** Resolves when a native connection is over. */
export function finished(native: NativeConnection): Promise<void> {
  return new Promise((resolve) => native.onFinished({ finished: () => resolve() }));
}
