/**
 * Fields that the handshake itself sets: an operator's value would break it. `Host` has its own
 * setting.
 */
const handshakeFields =
  /^(?:host|connection|upgrade|content-length|transfer-encoding|te|trailer|keep-alive|expect|proxy-.*|sec-websocket-.*)$/i;

/** Whether this is the name of a header field that an operator may set on a handshake. */
export function isFieldName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~\w-]+$/.test(name) && !handshakeFields.test(name);
}
