import { errorTable } from '../base/error-table.ts';

/** Answers of a connection that ends with them. */
export const TOO_LATE = finalAnswer('408 Request Timeout', errorTable.GW_TIMEOUT.text);
export const NO_MEMORY = finalAnswer('503 Service Unavailable', errorTable.GW_MEMORY.text);

function finalAnswer(status: string, reason: string): string {
  const fields = 'connection: close\r\ncontent-type: text/plain; charset=utf-8\r\n';
  return `HTTP/1.1 ${status}\r\n${fields}content-length: ${reason.length + 1}\r\n\r\n${reason}\n`;
}
