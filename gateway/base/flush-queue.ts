/** What gathers in one turn of the event loop, to be written at its end. */
export interface Flushable {
  flush(): void;
}

/** Empty between two turns. */
const waiting: Flushable[] = [];

/**
 * Calls `flush` soon, in the order of these calls. One microtask serves all: Node makes an object
 * of several fields for each (`AsyncResource`), which is felt when a message goes to a thousand.
 */
export function flushSoon(target: Flushable): void {
  if (waiting.push(target) === 1) queueMicrotask(flushAll);
}

function flushAll(): void {
  const targets = waiting.splice(0);
  let next = 0;
  try {
    while (next < targets.length) (targets[next++] as Flushable).flush();
  } finally {
    // One has thrown: that is reported, and the others do not suffer.
    while (next < targets.length) flushSoon(targets[next++] as Flushable);
  }
}
