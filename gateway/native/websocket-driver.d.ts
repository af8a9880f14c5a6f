/** The parts of websocket-driver 0.7.5 that are used here. The package has no types. */
declare module 'websocket-driver' {
  /** The server's side of one connection, without its network: `io` emits what is to be written. */
  export interface Driver {
    readonly version: 'hixie-75' | 'hixie-76';
    readonly io: { on(event: 'data', listener: (bytes: Buffer) => void): void };
    setHeader(name: string, value: string): boolean;
    /** Answers the handshake. False: it is none, and was answered 400. */
    start(): boolean;
    parse(bytes: Buffer): void;
    /** Sends a text message. */
    text(text: string): boolean;
    /** Sends the closing frame, in drafts that have one. */
    close(): boolean;
  }

  interface Request {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  }

  function http(request: Request): Driver;

  export default { http };
}
