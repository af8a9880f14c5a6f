/** The part of sockjs 0.3.24 that the tests use: the package has no types. */
declare module 'sockjs' {
  import type { Server } from 'node:http';

  interface Connection {
    write(text: string): boolean;
    close(code: number, reason: string): boolean;
    on(event: 'data', listener: (text: string) => void): void;
    on(event: 'close', listener: () => void): void;
  }

  interface Service {
    on(event: 'connection', listener: (connection: Connection) => void): void;
    installHandlers(server: Server): void;
  }

  interface Options {
    prefix: string;
    log: (severity: string, line: string) => void;
    response_limit?: number;
    jsessionid?: boolean;
  }

  function createServer(options: Options): Service;

  export default { createServer };
}
