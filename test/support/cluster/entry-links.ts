/** What joins the two gateways. */
export const ENTRY_LINKS = ['unix', 'nats'] as const;
export type EntryLink = (typeof ENTRY_LINKS)[number];

/** What the variable `ENTRY_LINK` says: tests of a gateway then meet one that owns no session. */
export function entryLinkFromEnvironment(): EntryLink | undefined {
  const given = process.env.ENTRY_LINK;
  if (given === undefined || given === '') return undefined;
  const entryLink = ENTRY_LINKS.find((name) => name === given);
  if (entryLink === undefined)
    throw new Error(`ENTRY_LINK=${given}: must be one of ${ENTRY_LINKS.join(', ')}`);
  return entryLink;
}
