import type { LinkListener, NodeInfo } from '../../../gateway/cluster/link.ts';

/** A listener that keeps what a link reports, as lines such as `up b`, `lost b` and `b: text`. */
export class LinkLog implements LinkListener {
  readonly lines: string[] = [];

  nodeUp({ name, isAccepting }: NodeInfo): void {
    this.lines.push(`up ${name}${isAccepting ? '' : ' (retiring)'}`);
  }

  nodeLost(name: string): void {
    this.lines.push(`lost ${name}`);
  }

  nodeGone(name: string): void {
    this.lines.push(`gone ${name}`);
  }

  received(from: string, frame: Buffer): void {
    this.lines.push(`${from}: ${frame.length > 64 ? `${frame.length} bytes` : frame.toString()}`);
  }

  drained(name: string): void {
    this.lines.push(`drained ${name}`);
  }

  connectionChanged(isConnected: boolean): void {
    this.lines.push(isConnected ? 'connected' : 'cut off');
  }

  /** The lines since the last call. */
  take(): string[] {
    return this.lines.splice(0);
  }
}
