import { once } from 'node:events';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';

/** An answer as it came, without what is for the connection only. */
export interface Fetched {
  readonly status: string;
  /** Names and values in turn, in their order. */
  readonly fields: readonly string[];
  readonly body: Buffer;
}

const HOP_BY_HOP = /^(connection|keep-alive|transfer-encoding)$/i;

export async function fetchRaw(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
  options: RequestOptions = {},
): Promise<Fetched> {
  const sent = request({ host: '127.0.0.1', port, path, headers: { ...headers }, agent: false, ...options });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const { rawHeaders } = response;
  return {
    status: `${response.statusCode} ${response.statusMessage}`,
    fields: rawHeaders.filter((_, at) => !HOP_BY_HOP.test(rawHeaders[at - (at % 2)] as string)),
    body: Buffer.concat(chunks),
  };
}

export function field({ fields }: Pick<Fetched, 'fields'>, name: string): string | undefined {
  const at = fields.findIndex((one, index) => index % 2 === 0 && one.toLowerCase() === name);
  return at < 0 ? undefined : fields[at + 1];
}
