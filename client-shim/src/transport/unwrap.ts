/**
 * Takes a wrapped answer apart (PROTOCOL.md §4.4): status and body, or status 0 for one that was
 * cut before it said so much. No body that is not wrapped begins with a digit.
 */
export function unwrap(text: string, tell: (status: number, text: string) => void): void {
  const wrapped = /^\d\d\d;/.test(text);
  if (wrapped) tell(+text.substring(0, 3), text.substring(4));
  else if (/^\D/.test(text)) tell(200, text);
  else tell(0, '');
}
