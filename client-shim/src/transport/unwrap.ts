/**
 * Reads the status and body from a wrapped response (PROTOCOL.md §4.4). The status is 0 if the
 * response was cut within it. A body that is not wrapped never begins with a digit.
 */
export function unwrap(text: string, done: (status: number, text: string) => void): void {
  const wrapped = /^\d\d\d;/.test(text);
  if (wrapped) done(+text.substring(0, 3), text.substring(4));
  else if (/^\D/.test(text)) done(200, text);
  else done(0, '');
}
