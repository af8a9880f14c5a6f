/**
 * Where a session is in its life.
 *
 * | state    | meaning                                              | ends by itself after    |
 * |----------|------------------------------------------------------|-------------------------|
 * | created  | the client has the token, no downstream has come yet | `attachTimeout`         |
 * | attached | a downstream is there                                | `silence`: it is dropped |
 * | detached | between two downstreams                              | `resumeWindow`          |
 * | ending   | the end is in the outbox and not acknowledged        | `resumeWindow`          |
 * | ended    | forgotten                                            |                         |
 */
export type SessionState = 'created' | 'attached' | 'detached' | 'ending' | 'ended';

/** States that may follow. A state that follows itself starts its time anew. */
export const NEXT_STATES: Readonly<Record<SessionState, readonly SessionState[]>> = {
  created: ['created', 'attached', 'ending', 'ended'],
  attached: ['attached', 'detached', 'ending', 'ended'],
  detached: ['attached', 'ending', 'ended'],
  ending: ['ending', 'ended'],
  ended: [],
};
