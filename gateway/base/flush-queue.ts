/** What gathers in one turn of the event loop, to be written at its end. */
export interface Flushable {
  flush(): void;
}

let waiting: Flushable[] = [];
/** `runTurn` is running: it flushes what waits. */
let inTurn = false;
/** A microtask flushes what waits. */
let isQueued = false;

/** Whether `flushSoon` flushes at the end of what `runTurn` runs. */
export function isInTurn(): boolean {
  return inTurn;
}

/**
 * Calls `flush` soon, in the order of these calls: at the end of the turn that `runTurn` runs, else
 * in a microtask. One serves all. Node makes an object of several fields for each microtask
 * (`AsyncResource`), which is felt when a message goes to a thousand.
 */
export function flushSoon(target: Flushable): void {
  waiting.push(target);
  if (inTurn || isQueued) return;
  isQueued = true;
  queueMicrotask(flushQueued);
}

/**
 * Runs what one event of the event loop brings, and flushes at its end what has gathered. That
 * costs less than a microtask. `act` is the same function each time, so that an event makes no
 * closure. Turns nest: the outermost flushes.
 */
export function runTurn<Target, Event>(
  act: (target: Target, event: Event) => void,
  target: Target,
  event: Event,
): void {
  if (inTurn) {
    act(target, event);
    return;
  }
  inTurn = true;
  try {
    act(target, event);
  } finally {
    endTurn();
  }
}

function endTurn(): void {
  try {
    flushAll();
  } finally {
    inTurn = false;
    flushRest();
  }
}

function flushQueued(): void {
  try {
    flushAll();
  } finally {
    isQueued = false;
    flushRest();
  }
}

/** Also what the targets themselves put in. */
function flushAll(): void {
  while (waiting.length > 0) {
    const targets = waiting;
    waiting = [];
    let next = 0;
    try {
      while (next < targets.length) (targets[next++] as Flushable).flush();
    } finally {
      if (next < targets.length) waiting = [...targets.slice(next), ...waiting];
    }
  }
}

/** One target has thrown: that is reported, and the others do not suffer. */
function flushRest(): void {
  if (waiting.length === 0 || isQueued) return;
  isQueued = true;
  queueMicrotask(flushQueued);
}
