import type { Exchange, Headers } from '../../http/exchange.ts';
import type { CloseStatus } from '../../protocol/close.ts';
import type { Carrier } from '../../session/carrier.ts';
import type { Session } from '../../session/session.ts';

/** A request for a downstream, as its wire form gets it. */
export interface DownCall {
  readonly exchange: Exchange;
  /** Header fields that the answer needs on top of the form's own: cross-origin access, and the cookie. */
  readonly headers: Headers;
  /** Bytes after which a stream ends. */
  readonly responseLimit: number;
}

/** The downstream of a session that may not be there yet: its backend has to accept first. */
export interface Downstream extends Carrier {
  /** The session is there. A new one is told so. */
  begin(session: Session, isNew: boolean): void;
  /** Says how the connection ended, and ends. */
  turnAway(status: CloseStatus): void;
}

interface FormBase {
  /** Last segment of its addresses. */
  readonly action: string;
  readonly method: 'GET' | 'POST';
  /** The page names a function, or sends a form: allowed by `--jsonp` only. */
  readonly isCallback: boolean;
  /** `Allow`, and what a preflight is told; absent: pages cannot ask in that way. */
  readonly preflight?: string;
}

/** Gives a session its downstream. */
export interface DownForm extends FormBase {
  readonly direction: 'down';
  /** Throws a `RequestError` 400. */
  receive(call: DownCall): Downstream;
}

/** Carries messages from the client. */
export interface UpForm extends FormBase {
  readonly direction: 'up';
  /** The JSON in a body. Throws a `MalformedError`. */
  json(body: Buffer, exchange: Exchange): Buffer;
  answer(exchange: Exchange, headers: Headers): void;
}

/** One wire form. */
export type Form = DownForm | UpForm;
