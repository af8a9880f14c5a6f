import { ConfigError } from '../base/errors.ts';
import { optionTable } from '../config/schema.ts';

/**
 * npm takes flags before `--` for its own and hands them on as variables of the environment only
 * (`npm_config_listen`). Without this check `npm start --listen 9000` would start the demo on 8080.
 */
export function refuseNpmFlags(args: readonly string[], env: NodeJS.ProcessEnv): void {
  if (env.npm_lifecycle_event !== 'start') return;
  const names = Object.values(optionTable as Record<string, { flag?: string }>).flatMap(
    ({ flag }) => /^--(?:no-)?([\w-]+)/.exec(flag ?? '')?.[1] ?? [],
  );
  const taken = [...names, 'config', 'check'].filter((name) => isSet(name, env));
  if (taken.length === 0) return;
  const flags = taken.map((name) => flagOf(name, env[variable(name)] ?? ''));
  throw new ConfigError(
    'GW_CONFIG',
    `npm took ${flags.join(' ')} for itself: write npm start -- ${[...flags, ...args].join(' ')}`,
  );
}

function variable(name: string): string {
  return `npm_config_${name.replaceAll('-', '_')}`;
}

/** npm sets a few of our names itself: those are not from the command line. */
function isSet(name: string, env: NodeJS.ProcessEnv): boolean {
  const given = env[variable(name)];
  return given !== undefined && !(name === 'config' && given === '');
}

function flagOf(name: string, value: string): string {
  if (value === 'true') return `--${name}`;
  return value === '' ? `--no-${name}` : `--${name} ${value}`;
}
