import type { RefusedError } from '../base/errors.ts';
import type { Remedy } from '../base/remedy.ts';
import { failureKind } from './failure.ts';

export const START_APP: Remedy = { advice: 'start the application, or give --app its address' };

/** What the operator can do about an application, at `app`, to which a connection failed. */
export function appRemedy(cause: unknown, app: string): Remedy | undefined {
  switch (failureKind(cause)) {
    case 'unreached':
      return START_APP;
    case 'descriptors':
      return { advice: 'raise ulimit -n' };
    case 'no TLS':
      return { advice: 'give --app an http:// address' };
    case 'TLS':
      return { advice: 'give --app an https:// address' };
    case 'closed':
      return { advice: closedAdvice(app) };
    case 'untrusted':
      return { advice: 'set app.ca to the certificate of who signed it, or to its own if nobody did' };
    case 'expired':
      return { advice: 'renew the certificate of the application' };
    case 'other name':
      return { advice: 'give --app the name that the certificate has' };
    default:
      return undefined;
  }
}

/** A server that gets TLS and does not expect it, or the other way round, may just close. */
function closedAdvice(app: string): string {
  const other = /^(?:http|ws)s:/.test(app) ? 'does not speak TLS: http://' : 'speaks TLS: https://';
  return `the log of the application may say why; or it ${other} is its address then`;
}

/** The same for one of its WebSockets, which it may have refused itself. */
export function appSocketRemedy({ status, cause }: RefusedError, app: string): Remedy | undefined {
  switch (status) {
    case undefined:
      return appRemedy(cause, app);
    case 401:
      return { advice: 'the application wants a login; it sees the cookies and Authorization of the page' };
    case 403:
      return { advice: 'if the application compares the Origin of pages: tell it its public address' };
    default:
      return undefined;
  }
}
