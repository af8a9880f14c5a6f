import { isIP } from 'node:net';

/** What to write for an address to listen on. Undefined if it is not clear what was meant. */
export function listenAdvice(given: unknown): string | undefined {
  const text = String(given).trim();
  const url = /^[a-z]+:\/\/([^/]+)\/?$/i.exec(text)?.[1];
  if (url !== undefined) return `write ${/:\d+$/.test(url) ? url : `${url}:8080`}, without a scheme`;
  const port = /^(?:.*:)?(\d+)(?:\/tcp)?$/i.exec(text)?.[1];
  if (/\/tcp$/i.test(text) && port !== undefined) return `write ${text.slice(0, -4)}`;
  const [, address = '', end = ''] = /^(.*:.*):(\d{1,5})$/.exec(text) ?? [];
  if (isIP(address) === 6) return `write [${address}]:${end}`;
  if (isIP(text) === 6) return `write [${text}]:8080`;
  if (isIP(text) === 4 || /^[a-z][\w.-]*$/i.test(text)) return `a port is missing, write ${text}:8080`;
  if (/^\/|^unix:/.test(text)) return 'the gateway does not listen on Unix sockets';
  return port !== undefined && Number(port) > 65_535 ? `${port} is no port` : undefined;
}

/** What to write for an origin. */
export function originAdvice(given: unknown): string | undefined {
  if (given === true) return '"*" is every page';
  if (given === null) return 'write "null", in quotes';
  const text = String(given).trim();
  if (/^(?:null|\*+)$/i.test(text)) return `write ${text.startsWith('*') ? '*' : 'null'}`;
  if (/^wss?:/i.test(text)) return 'pages come from http or https';
  if (/^file:/i.test(text)) return 'pages of files have the origin null, write "null"';
  if (/[,\s]/.test(text)) return 'give one origin at a time';
  if (text.includes('*')) return 'wildcards are not known, list the origins, or * for every page';
  const [, scheme = '', host = '', path = ''] = /^(https?:\/\/)?([^/?#]+)(.*)$/i.exec(text) ?? [];
  if (!/^[\w.-]+(?::\d{1,5})?$|^\[[0-9a-f:.]+\](?::\d{1,5})?$/i.test(host)) return undefined;
  if (scheme === '') return `write https://${host} or http://${host}`;
  return path === '' ? undefined : `write ${scheme}${host}`;
}

/** What to write for a `Host` name. */
export function hostAdvice(given: unknown): string | undefined {
  const text = String(given).trim();
  if (/[,\s]/.test(text)) return 'give one name at a time';
  if (text.includes('*')) return 'wildcards are not known, list the names, or * for every name';
  const [, name] = /^(?:[a-z]+:\/\/)?([\w-]+(?:\.[\w-]+)*)(?::\d+)?(?:\/.*)?$/i.exec(text) ?? [];
  return name === undefined || name === text ? undefined : `write ${name}`;
}

/** Names that Express's "trust proxy" has for networks. */
const networks: Readonly<Record<string, string>> = {
  loopback: '127.0.0.0/8 and ::1',
  linklocal: '169.254.0.0/16 and fe80::/10',
  uniquelocal: '10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and fc00::/7',
  localhost: '127.0.0.1 or ::1',
};

/** What to write for the network of a proxy. */
export function networkAdvice(given: unknown): string | undefined {
  const text = String(given).trim();
  const known = networks[text.toLowerCase()];
  if (known !== undefined) return `write ${known}`;
  if (text === '*' || text === 'true' || text === 'all') return 'write the addresses of your proxies';
  if (/[,\s]/.test(text)) return 'give one network at a time';
  const [, address = '', mask = ''] = /^([\d.]+)\/(\d+\.\d+\.\d+\.\d+)$/.exec(text) ?? [];
  const bits = mask === '' ? undefined : maskLength(mask);
  if (bits !== undefined) return `write ${address}/${bits}`;
  const [, unported = ''] = /^(?:\[(.+)\]|([\d.]+)):\d+$/.exec(text)?.filter(Boolean) ?? [];
  if (isIP(unported) > 0) return `write ${unported}, without a port`;
  const stars = /^(\d{1,3}(?:\.\d{1,3}){0,2})(?:\.\*)+$/.exec(text)?.[1]?.split('.');
  if (stars !== undefined) {
    return `write ${[...stars, 0, 0, 0].slice(0, 4).join('.')}/${stars.length * 8}`;
  }
  return /^[a-z][\w.-]*$/i.test(text) ? 'names are not looked up here, write its address' : undefined;
}

function maskLength(mask: string): number | undefined {
  if (isIP(mask) !== 4) return undefined;
  const bits = mask
    .split('.')
    .map((byte) => Number(byte).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) ? bits.replaceAll('0', '').length : undefined;
}
