import type { Exchange, Headers } from '../../http/exchange.ts';
import type { CloseStatus } from '../../protocol/close.ts';
import type { Carrier } from '../../session/carrier.ts';
import type { Session } from '../../session/session.ts';
import type { FormField } from './form-field.ts';

/** A request for a downstream, as its wire form gets it. */
export interface DownCall {
  readonly exchange: Exchange;
  /** Header fields that the answer needs beside the form's: cross-origin access, and the cookie. */
  readonly headers: Headers;
  /** Bytes after which a stream ends. */
  readonly responseLimit: number;
}

/** The downstream of a session that may not be there yet, as its backend has to accept first. */
export interface Downstream {
  /**
   * The session is there. A new one is announced, which is all that a poll can do: a new session
   * then has no carrier.
   */
  begin(session: Session, isNew: boolean): Carrier | undefined;
  /** Writes how the connection ended, and ends. */
  turnAway(status: CloseStatus): void;
}

export interface FormBase {
  /** Last segment of its addresses. */
  readonly action: string;
  readonly method: 'GET' | 'POST';
  /** The page names a function, or sends a form: allowed by `--jsonp` only. */
  readonly isCallback: boolean;
  /** The methods that a preflight is answered with; absent: pages cannot make such a request. */
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
  /** The field that the JSON is in, if the body is not itself the JSON. */
  field?(body: Buffer, exchange: Exchange): FormField | undefined;
  answer(exchange: Exchange, headers: Headers): void;
}

/** One wire form. */
export type Form = DownForm | UpForm;
