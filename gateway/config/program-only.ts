import { badOption } from './complaint.ts';
import type { GatewayOptions } from './options.ts';

const KEYS = ['workers', 'workerTimeout', 'pidFile', 'linger', 'maxGenerations'] as const;

/** Refuses options that only the program can obey: a library does not start processes. */
export function refuseProgramOnly(options: GatewayOptions): void {
  const key = KEYS.find((one) => options[one] !== undefined);
  if (key !== undefined)
    throw badOption(`${key} is for the program fallback-gateway, which starts the processes`);
}
