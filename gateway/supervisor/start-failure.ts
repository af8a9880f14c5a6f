/** A worker could not start. The lines are for the operator. */
export class StartFailure extends Error {
  readonly exitCode: number;
  readonly lines: readonly string[];

  constructor(exitCode: number, lines: readonly string[]) {
    super(lines.join('; '));
    this.exitCode = exitCode;
    this.lines = lines;
  }
}
