/** An error of Node as data, for another process: what a line about a failed start is made of. */
export interface SystemError {
  readonly message: string;
  readonly code?: string | undefined;
  readonly syscall?: string | undefined;
  readonly address?: string | undefined;
  readonly hostname?: string | undefined;
  readonly port?: number | undefined;
}

/** The parts of an error that can be sent. */
export function asSystemError(error: unknown): SystemError {
  const { message, code, syscall, address, hostname, port } = error as SystemError;
  return { message, code, syscall, address, hostname, port };
}

/** The error that was sent. */
export function fromSystemError({ message, ...fields }: SystemError): Error {
  return Object.assign(new Error(message), fields);
}
