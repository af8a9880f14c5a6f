import type { z } from 'zod';

/** An option: its flag, its line of help, its values. */
export interface Option<Schema extends z.ZodType = z.ZodType> {
  /** As commander has it; absent where only a config file has the option. */
  readonly flag?: string;
  /** The flag that says the opposite, where that is not the default, with its line of help. */
  readonly negated?: string;
  readonly negatedHelp?: string;
  /** One line of help. */
  readonly help: string;
  readonly schema: Schema;
  /** Its value if it is not given, as an operator would write it. */
  readonly fallback?: unknown;
  /** May be given several times on the command line. */
  readonly repeatable?: boolean;
}

/** An option with a default. */
export function option<Output, Input>(
  flag: string | undefined,
  help: string,
  schema: z.ZodType<Output, Input>,
  fallback: Input & {},
) {
  return {
    ...(flag === undefined ? {} : { flag }),
    help,
    fallback,
    schema: schema.prefault(fallback as never),
  };
}

/** An option that may be given several times on the command line. */
export function repeatable<Output, Input>(
  flag: string,
  help: string,
  schema: z.ZodType<Output, Input>,
  fallback: Input & {},
) {
  return { ...option(flag, help, schema, fallback), repeatable: true };
}

/** An option without a default. */
export function maybe<Schema extends z.ZodType>(flag: string | undefined, help: string, schema: Schema) {
  return { ...(flag === undefined ? {} : { flag }), help, schema: schema.optional() };
}
