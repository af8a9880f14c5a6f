import type { Channel } from '../../../gateway/channel/channel.ts';
import { channelPair } from '../../../gateway/channel/channel-pair.ts';
import type { CloseStatus } from '../../../gateway/protocol/close.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import { type Frame, makeFrame } from '../../../gateway/stomp/frame.ts';
import { frameLimits } from '../../../gateway/stomp/limits.ts';
import { FrameParser } from '../../../gateway/stomp/parser.ts';
import { toMessage } from '../../../gateway/stomp/serializer.ts';

/** One end of a STOMP connection in memory, driven by a test. */
export class StompEnd {
  /** Messages as they arrived. */
  readonly messages: Message[] = [];
  readonly frames: Frame[] = [];
  heartBeats = 0;
  /** Called with each frame, within its arrival. */
  onFrame: (frame: Frame) => void = () => {};
  /** How it ended; undefined while it is open. */
  end: CloseStatus | undefined;
  readonly channel: Channel;

  /** `commands` are those that the other end may send. */
  constructor(channel: Channel, commands: ReadonlySet<string>) {
    this.channel = channel;
    const parser = new FrameParser(commands, frameLimits(64 * 1024 ** 2), {
      frame: (frame) => {
        this.frames.push(frame);
        this.onFrame(frame);
      },
      heartBeat: () => this.heartBeats++,
    });
    channel.attach({
      message: (message) => {
        this.messages.push(message);
        parser.push(message.bytes);
      },
      drained: () => {},
      closed: (status) => {
        this.end = status;
      },
    });
  }

  send(command: string, headers: Readonly<Record<string, string | undefined>> = {}, body?: string): void {
    this.channel.send(
      toMessage(makeFrame(command, headers, body === undefined ? undefined : Buffer.from(body))),
    );
  }

  /** Sends bytes as they are. */
  write(bytes: string | Buffer): void {
    this.channel.send(Message.binary(Buffer.from(bytes as string)));
  }

  /** Takes the frames that came, in short: command, and the body as text. */
  take(): string[] {
    return this.frames.splice(0).map(({ command, body }) => `${command} ${body}`.trim());
  }

  /** Takes the last frame that came. */
  last(): { command: string; headers: Record<string, string>; body: string } {
    const frame = this.frames.splice(0).at(-1);
    if (frame === undefined) throw new Error('no frame came');
    return {
      command: frame.command,
      headers: Object.fromEntries(frame.headers),
      body: frame.body.toString(),
    };
  }
}

/** A channel, and the end of it that a test drives. */
export function stompPair(commands: ReadonlySet<string>): [Channel, StompEnd] {
  const [channel, far] = channelPair();
  return [channel, new StompEnd(far, commands)];
}

/** What was said in memory has arrived. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
