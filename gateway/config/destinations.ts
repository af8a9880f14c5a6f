import type { z } from 'zod';
import { value } from './units.ts';

/** A destination. `*` stands for one word, `#` or `>` at the end for the rest. */
export function destinationPattern(): z.ZodType<string, string> {
  const allowed = 'must be a destination like /topic/chat.*, with # or > only as its last word';
  return value(allowed, (given) => {
    if (typeof given !== 'string' || given === '') return undefined;
    const rest = given.split(/[./]/).findIndex((word) => word === '#' || word === '>');
    return rest < 0 || rest === given.split(/[./]/).length - 1 ? given : undefined;
  });
}
