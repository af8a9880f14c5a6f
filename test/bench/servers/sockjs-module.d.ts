/** The part of sockjs 0.3.24 that the benchmark uses: the package has no types. */
declare module 'sockjs' {
  import type { Server } from 'node:http';

  interface Connection {
    write(text: string): boolean;
    on(event: 'data', listener: (text: string) => void): void;
    on(event: 'close', listener: () => void): void;
  }

  interface Service {
    on(event: 'connection', listener: (connection: Connection) => void): void;
    installHandlers(server: Server): void;
  }

  function createServer(options: { prefix: string; log: (severity: string, line: string) => void }): Service;

  export default { createServer };
}
