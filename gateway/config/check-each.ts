import type { z } from 'zod';
import { complaints, type NameOf } from './complaint.ts';
import type { GatewayOptions } from './options.ts';
import type { Problems } from './problems.ts';
import { type CheckedOptions, gatewaySchema } from './schema.ts';

/**
 * Options that are each well formed. Those that were not have their defaults; wrong routes are left
 * out.
 */
export interface EachChecked {
  readonly options: CheckedOptions;
  /** The index, as given, of a route of `options`. */
  indexOf(route: number): number;
}

/**
 * Checks each option for itself. What is wrong goes to `problems`; the rest can still be checked
 * together.
 */
export function checkEach(given: GatewayOptions, nameOf: NameOf, problems: Problems): EachChecked {
  const checked = gatewaySchema.safeParse(given);
  if (checked.success) return { options: checked.data, indexOf: (route) => route };
  for (const line of complaints(checked.error, given, nameOf)) problems.add(line);
  const { rest, indexes } = withoutWrong(given, checked.error.issues, problems);
  return { options: gatewaySchema.parse(rest), indexOf: (route) => indexes[route] ?? route };
}

function withoutWrong(
  given: GatewayOptions,
  issues: readonly z.core.$ZodIssue[],
  problems: Problems,
): { rest: Record<string, unknown>; indexes: readonly number[] } {
  const rest: Record<string, unknown> = { ...given };
  const wrongRoutes = new Set<number>();
  for (const issue of issues) {
    const [key, index] = issue.path;
    if (key === 'routes' && typeof index === 'number') wrongRoutes.add(index);
    else if (key === undefined && issue.code === 'unrecognized_keys') {
      for (const unknown of issue.keys) delete rest[unknown];
    } else if (key === undefined) for (const each of Object.keys(rest)) delete rest[each];
    else {
      delete rest[String(key)];
      problems.skip(String(key));
    }
  }
  if (wrongRoutes.size === 0 || !Array.isArray(rest.routes)) return { rest, indexes: [] };
  const routes: readonly unknown[] = rest.routes;
  const indexes = [...routes.keys()].filter((index) => !wrongRoutes.has(index));
  rest.routes = indexes.map((index) => routes[index]);
  return { rest, indexes };
}
