import type { Log } from '../base/log.ts';
import { logRefusal } from '../base/refusal-log.ts';
import { type Remedy, routeStomp } from '../base/remedy.ts';
import { shown } from '../base/shown.ts';
import type { StompError } from './stomp-error.ts';

/** Whose STOMP connection ends. */
export interface StompClient {
  readonly login: string | undefined;
  readonly remoteAddress: string;
  /** Path of the route, where it decides about destinations. */
  readonly route: string | undefined;
}

/** Logs why a STOMP connection ends with an ERROR frame, and what the operator can do about it. */
export function logStompError(
  log: Log,
  error: StompError,
  { login, remoteAddress, route }: StompClient,
): void {
  const { code, message: reason, fields } = error;
  const destination = fields.destination === undefined ? '' : String(fields.destination);
  logRefusal(log, {
    level: fields.option === undefined ? 'info' : 'warn',
    message: 'stomp error',
    remoteAddress,
    fields: {
      code,
      reason,
      login,
      ...fields,
      ...(destination !== '' && { destination: shown(destination) }),
    },
    cause: `${reason} ${login} ${shown(destination)}`,
    remedy: remedyOf(fields.option, login, destination, route),
  });
}

function remedyOf(
  option: unknown,
  login: string | undefined,
  destination: string,
  route: string | undefined,
): Remedy | undefined {
  if (option === undefined) return undefined;
  if (option === 'stomp.users')
    return { add: { key: 'stomp.users', value: `{ ${userName(login)}: PASSCODE }` } };
  if (option === 'stomp.send' || option === 'stomp.subscribe') {
    return destinationRemedy(option === 'stomp.send' ? 'send' : 'subscribe', destination, route);
  }
  if (option === '--max-message') return { add: { key: 'maxMessage' } };
  if (/^stomp\.\w+$/.test(String(option))) return { add: { key: String(option) } };
  return { advice: `raise ${option}` };
}

/** Only what needs no escapes: an operator copies it into a file. */
function userName(login: string | undefined): string {
  return login !== undefined && /^[\w-]+$/.test(login) ? login : 'LOGIN';
}

function destinationRemedy(key: 'send' | 'subscribe', destination: string, route = 'PATH'): Remedy {
  if (!/^[\w./:-]{1,100}$/.test(destination)) {
    return { advice: `stomp.${key} of the route says which destinations are allowed` };
  }
  return { add: routeStomp(route, key, destination) };
}
