/**
 * Resolves as soon as `condition` holds. For what happens in another process or behind a socket,
 * where there is no event to await; rejects after `deadline` ms with a line that says what did not
 * come.
 */
export async function until(what: string, condition: () => boolean, deadline = 15_000): Promise<void> {
  const end = performance.now() + deadline;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${deadline} ms`);
    await new Promise((resume) => setTimeout(resume, 5));
  }
}
