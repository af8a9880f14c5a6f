import { clusterKeys } from './cluster.ts';
import type { Option } from './option.ts';
import { routeKeys, stompRouteKeys } from './routes.ts';
import { optionTable } from './schema.ts';
import { stompSettings, tlsSettings } from './settings.ts';
import { sockjsKeys } from './sockjs.ts';

/** A flag of the command line. */
export interface Flag {
  /** The key of its option. */
  readonly key: string;
  /** `--listen` */
  readonly name: string;
  /** As the help has it: `--listen <[host:]port>`. */
  readonly usage: string;
  readonly needsValue: boolean;
  readonly isRepeatable: boolean;
}

/** Flags that are no options of the gateway. */
export const CONFIG_FLAG = '--config <file>';
export const CHECK_FLAG = '--check';

const own = [
  { key: 'version', usage: '--version' },
  { key: 'help', usage: '--help' },
  { key: 'config', usage: CONFIG_FLAG },
  { key: 'check', usage: CHECK_FLAG },
];

/** Every flag. A flag that can be negated is there in both forms. */
export const flags: readonly Flag[] = [
  ...own,
  ...Object.entries(optionTable as Record<string, Option>).flatMap(([key, { flag, negated, repeatable }]) =>
    [flag, negated].filter((usage) => usage !== undefined).map((usage) => ({ key, usage, repeatable })),
  ),
].map(({ key, usage, ...rest }) => ({
  key,
  usage,
  name: String(usage.split(' ')[0]),
  needsValue: usage.includes('<'),
  isRepeatable: 'repeatable' in rest && rest.repeatable === true,
}));

export function flagNamed(name: string): Flag | undefined {
  return flags.find((flag) => flag.name === name);
}

/** Where a config file has a setting that has no flag: `routes: [{ path, backend, ping }]`. */
export function fileOnly(key: string): string | undefined {
  if (routeKeys.includes(key)) return `routes: [{ path, backend, ${key} }]`;
  if (Object.keys(tlsSettings().shape).includes(key)) return `tls: { ${key} }`;
  if (Object.keys(stompSettings().shape).includes(key)) return `stomp: { ${key} }`;
  if (stompRouteKeys.includes(key)) return `routes: [{ path, backend, stomp: { ${key} } }]`;
  if (clusterKeys.includes(key)) return `cluster: { url, ${key} }`;
  return sockjsKeys.includes(key) ? `sockjs: { ${key} }` : undefined;
}
