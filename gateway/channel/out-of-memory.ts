import type { Failure } from '../base/connection-log.ts';
import { errorTable } from '../base/error-table.ts';
import type { CloseStatus } from '../protocol/close.ts';
import { CLOSES } from '../protocol/close-table.ts';

const { text, option } = errorTable.GW_MEMORY;

/** How a connection ends whose data finds no room in the memory budget. */
export const OUT_OF_MEMORY: CloseStatus = CLOSES.outOfMemory;

/** The same for the log. */
export const MEMORY_FAILURE: Failure = { reason: text, error: 'GW_MEMORY', option };
