/** What to write for schemes that are not ours. */
const schemes: Readonly<Record<string, string>> = {
  http: 'ws',
  https: 'wss',
  tcp: 'stomp',
  ssl: 'stomps',
  tls: 'stomps',
};

/** Programs that people want to reach, and how the gateway reaches them. */
const protocols: Readonly<Record<string, string>> = {
  amqp: 'AMQP is not spoken here; the STOMP plugin of RabbitMQ is stomp://HOST:61613',
  amqps: 'AMQP is not spoken here; the STOMP plugin of RabbitMQ is stomps://HOST:61614',
  mqtt: 'MQTT is not spoken here; a broker with a WebSocket listener is ws://HOST:PORT/mqtt',
  mqtts: 'MQTT is not spoken here; a broker with a WebSocket listener is wss://HOST:PORT/mqtt',
  unix: 'Unix sockets are not supported; let the server listen on 127.0.0.1 and write ws://127.0.0.1:PORT',
};

/** What to write for a backend that is none. Undefined if it is not clear what was meant. */
export function backendAdvice(given: unknown): string | undefined {
  const text = String(given).trim();
  if (text === 'echo' || text === 'stomp') return `write ${text}: with the colon`;
  if (/^\d{1,5}$/.test(text)) return `write ws://127.0.0.1:${text}`;
  const [, name = '', slashes = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(\/*)(.*)$/i.exec(text) ?? [];
  const scheme = name.toLowerCase();
  if (protocols[scheme] !== undefined) return protocols[scheme];
  const ours = schemes[scheme];
  if (ours !== undefined && slashes === '//' && rest !== '') return `write ${ours}://${withoutSecrets(rest)}`;
  if (/^(?:wss?|stomps?)$/.test(scheme)) return addressAdvice(scheme, slashes, rest);
  // `localhost:9001`, `app.intranet:9001/ws`, `127.0.0.1:9001`
  return /^[\w.-]+:\d{1,5}(?:\/[!-~]*)?$/.test(text) ? `write ws://${text}` : undefined;
}

/** The scheme is one of ours: something behind it is wrong. */
function addressAdvice(scheme: string, slashes: string, rest: string): string | undefined {
  if (rest === '') return `a host is missing, write ${scheme}://127.0.0.1:PORT`;
  if (slashes !== '//') return `write ${scheme}://${withoutSecrets(rest)}`;
  if (rest.includes('@'))
    return 'a login does not go into the address: a config file has headers: { authorization: … } or stomp: { login, passcode }';
  if (/[?#]/.test(rest)) return "the query is the client's own, write the address without one";
  if (scheme.startsWith('stomp') && rest.includes('/'))
    return 'STOMP over TCP has no path; its virtual host is stomp: { virtualHost }';
  const port = /^[^/]*:([^/:\]]*)(?:\/|$)/.exec(rest)?.[1];
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) > 0 && Number(port) < 65_536)) {
    return `"${port}" is no port from 1 to 65535`;
  }
  if (/^[0-9a-f]*:[0-9a-f:]+$/i.test(rest.split('/')[0] ?? '')) return 'an IPv6 address stands in brackets';
  return undefined;
}

/** An address without the query and the login: a complaint may end in a log. */
function withoutSecrets(address: string): string {
  return address.replace(/[?#].*$/, '').replace(/^[^/]*@/, '');
}
