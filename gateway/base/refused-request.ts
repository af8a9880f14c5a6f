import { ADVICE } from './advice.ts';
import type { RequestError } from './errors.ts';
import type { Log, LogFields } from './log.ts';
import { logRefusal } from './refusal-log.ts';
import type { Remedy } from './remedy.ts';
import { shown } from './shown.ts';

/** What a refused request was. What its client did not send is absent. */
export interface RequestFacts {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly origin: string | undefined;
  readonly remoteAddress: string;
  /** A proxy says that it sent the request. */
  readonly isProxied?: boolean;
}

/** Logs that the gateway refused a request. */
export function logRefusedRequest(log: Log, facts: RequestFacts, error: RequestError): void {
  const { code, status, message: reason, option } = error;
  logRefusal(log, {
    level: option === undefined ? 'info' : 'warn',
    message: 'request refused',
    remoteAddress: facts.remoteAddress,
    fields: { code, status, reason, option, ...requestFields(facts) },
    cause: `${reason} ${causeOf(error, facts)}`,
    remedy: error.remedy ?? remedyOf(error, facts),
  });
}

/** The same for a connection that has sent nothing yet. */
export function logRefusedConnection(log: Log, remoteAddress: string, error: RequestError): void {
  const { code, message: reason, option } = error;
  logRefusal(log, {
    level: option === undefined ? 'info' : 'warn',
    message: 'connection refused',
    remoteAddress,
    fields: { code, reason, option },
    cause: reason,
    remedy: error.remedy ?? remedyOf(error, { host: '' }),
  });
}

/** The facts for a line of the log. */
export function requestFields({ method, path, host, origin }: RequestFacts): LogFields {
  return {
    method: shown(method),
    path: shown(path),
    host: shown(host),
    ...(origin !== undefined && { origin: shown(origin) }),
  };
}

function causeOf({ code }: RequestError, { host, origin, path }: RequestFacts): string {
  if (code === 'GW_HOST') return shown(host);
  if (code === 'GW_ORIGIN') return shown(`${origin} ${host}`);
  return code === 'GW_NO_ROUTE' ? shown(path) : '';
}

function remedyOf(error: RequestError, facts: HostFacts): Remedy | undefined {
  const { code, option } = error;
  if (code === 'GW_HOST') return hostRemedy(facts);
  if (code === 'GW_JSONP') return { add: { key: 'jsonp', value: 'true' } };
  const advice = ADVICE[code];
  if (option !== undefined) return { add: { key: keyOf(option) }, advice };
  return advice === undefined ? undefined : { advice };
}

type HostFacts = Pick<RequestFacts, 'host' | 'isProxied'>;

/** A proxy may put the name that it knows the gateway by in place of the page's. */
const PASS_HOST = "or let the proxy pass the page's Host on: proxy_set_header Host $http_host";

/** Only a name that may be one: an operator copies it into a command line. */
function hostRemedy({ host, isProxied = false }: HostFacts): Remedy {
  const name = hostNameOf(host);
  if (name === undefined) return { advice: 'the Host field is no name that an option could add' };
  const advice = isProxied ? PASS_HOST : undefined;
  return { add: { key: 'host', value: name, isList: true }, advice };
}

/** The name in a `Host` field, if an option can add it. */
export function hostNameOf(host: string): string | undefined {
  const name = /^([a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?(?::\d{1,5})?$/.exec(host)?.[1];
  return name === undefined || name.length > 253 || /(?:^|\.)\d+$/.test(name) || name.startsWith('-')
    ? undefined
    : name;
}

/** `maxSessions` of `--max-sessions`. */
function keyOf(option: string): string {
  return option.slice(2).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
