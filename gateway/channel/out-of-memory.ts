import type { Failure } from '../base/connection-log.ts';
import { errorTable } from '../base/error-table.ts';
import { CloseCode, type CloseStatus } from '../protocol/close.ts';

const { text, option } = errorTable.GW_MEMORY;

/** How a connection ends whose data finds no room in the memory budget. */
export const OUT_OF_MEMORY: CloseStatus = { code: CloseCode.tryAgainLater, reason: 'out of memory' };

/** The same for the log. */
export const MEMORY_FAILURE: Failure = { reason: text, error: 'GW_MEMORY', option };
