/** Sizes at which `cpuGrowth` runs the work, as multiples of the first. */
const STEPS = [1, 2, 4] as const;

/** Runs of each size; the cheapest counts, as a garbage collection may fall into the others. */
const RUNS = 8;

/**
 * Microseconds that the smallest size should take in one measurement, so that the clock is exact.
 */
const LEAST = 1_000;

/** Further measurements if the first says that work grows faster: other processes disturb some. */
const ATTEMPTS = 6;

/** Growth that is not measured again. */
const GOOD = 2.4;

/**
 * How much more CPU `work` needs for an input of twice the size, at worst of two doublings: about 2
 * for work that is linear in the size, 4 for quadratic work. `input(n)` makes the worst input of
 * that size.
 */
export function cpuGrowth<Input>(
  size: number,
  input: (size: number) => Input,
  work: (input: Input) => void,
): number {
  const inputs = STEPS.map((step) => input(step * size));
  const [first] = inputs as [Input];
  const repeats = Math.max(1, Math.ceil(LEAST / Math.max(1, cheapest(first, work, 1))));
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS && least > GOOD; attempt++) {
    const costs = inputs.map((each) => cheapest(each, work, repeats));
    const growth = Math.max(...costs.slice(1).map((cost, index) => cost / (costs[index] as number)));
    least = Math.min(least, growth);
  }
  return least;
}

/** Microseconds of CPU that one run needs. */
export function cpuOf(work: () => void): number {
  return cheapest(undefined, work, 1);
}

function cheapest<Input>(input: Input, work: (input: Input) => void, repeats: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    for (let repeat = 0; repeat < repeats; repeat++) work(input);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / repeats);
  }
  return least;
}
