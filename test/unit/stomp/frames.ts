import type { Frame } from '../../../gateway/stomp/frame.ts';
import { CLIENT_COMMANDS, SERVER_COMMANDS } from '../../../gateway/stomp/frame.ts';
import type { FrameLimits } from '../../../gateway/stomp/limits.ts';
import { FrameParser } from '../../../gateway/stomp/parser.ts';

export const LIMITS: FrameLimits = {
  maxFrame: 1024 * 1024,
  maxHead: 64 * 1024,
  maxHeaders: 64,
  maxLine: 4096,
};

export const COMMANDS: ReadonlySet<string> = new Set([...CLIENT_COMMANDS, ...SERVER_COMMANDS]);

/** What a parser found: frames, and heart-beats as null. */
export class Parsed {
  readonly found: (Frame | null)[] = [];
  readonly parser: FrameParser;

  constructor(limits: Partial<FrameLimits> = {}) {
    this.parser = new FrameParser(
      COMMANDS,
      { ...LIMITS, ...limits },
      { frame: (frame) => this.found.push(frame), heartBeat: () => this.found.push(null) },
    );
  }

  /** Takes texts or bytes, each as one arrival. */
  push(...arrivals: (string | Buffer)[]): this {
    for (const arrival of arrivals) this.parser.push(Buffer.from(arrival as string));
    return this;
  }

  /** Frames in short: command, headers, body as text. */
  get frames(): [string, Record<string, string>, string][] {
    return this.found
      .filter((found) => found !== null)
      .map(({ command, headers, body }) => [command, Object.fromEntries(headers), body.toString('utf8')]);
  }
}
