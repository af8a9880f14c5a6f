/** What joins the two gateways. */
export const DOORS = ['unix', 'nats'] as const;
export type DoorLink = (typeof DOORS)[number];

/** What the variable `WRONG_DOOR` says: tests of a gateway then meet one that owns no session. */
export function doorFromEnvironment(): DoorLink | undefined {
  const given = process.env.WRONG_DOOR;
  if (given === undefined || given === '') return undefined;
  const door = DOORS.find((name) => name === given);
  if (door === undefined) throw new Error(`WRONG_DOOR=${given}: must be one of ${DOORS.join(', ')}`);
  return door;
}
