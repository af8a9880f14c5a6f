import type { Row } from './row.ts';
import { hostRows, jsonpRows, originRows } from './rows-access.ts';
import { appRows } from './rows-app.ts';
import { backendRows, stompRows } from './rows-backends.ts';
import { boundRows, routeRows } from './rows-requests.ts';
import type { Surroundings } from './servers.ts';

/** Every row of docs/refusals.md, in its order. */
export function allRows(around: Surroundings): readonly Row[] {
  return [
    ...hostRows,
    ...originRows,
    ...jsonpRows,
    ...routeRows(around),
    ...boundRows,
    ...backendRows(around),
    ...appRows(around),
    ...stompRows(around),
  ];
}
