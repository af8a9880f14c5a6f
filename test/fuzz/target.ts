import { readdirSync } from 'node:fs';
import type { Random } from '../support/random.ts';

/** One parser, codec or pair of implementations that is fed random inputs. */
export interface FuzzTarget<Input extends Buffer | string = Buffer | string> {
  /** Unique among all targets, in words joined by hyphens. */
  readonly name: string;
  /** Makes one input. It draws from `random` only, so that a seed and an index repeat the input. */
  input(random: Random): Input;
  /**
   * Checks one input. It throws on any result that is wrong; a rejection that is right is caught in
   * here.
   */
  run(input: Input): void | Promise<void>;
}

/**
 * All targets, by name. Each file in `targets/` exports a list:
 * `export const targets: readonly FuzzTarget[] = […]`.
 */
export async function loadTargets(): Promise<readonly FuzzTarget[]> {
  const folder = new URL('targets/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  const lists = await Promise.all(files.map((file) => import(new URL(file, folder).href)));
  const targets = (lists as { targets: readonly FuzzTarget[] }[]).flatMap((module) => module.targets);
  return targets.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Lets a target keep the narrower type of its inputs and stand in the list of all. */
export function fuzzTarget<Input extends Buffer | string>(target: FuzzTarget<Input>): FuzzTarget {
  return target as unknown as FuzzTarget;
}
