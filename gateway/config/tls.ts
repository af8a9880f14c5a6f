import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { TlsIdentity } from '../backend/dial.ts';
import type { TlsOptions } from '../http/options.ts';
import { badOption, type NameOf } from './complaint.ts';
import type { Problems } from './problems.ts';
import { readNamedFile } from './read-file.ts';
import type { CheckedOptions } from './schema.ts';

/**
 * Reads the certificate and its key, and tries them before the first client does. Undefined if
 * neither is given.
 */
export function resolveTls(
  options: CheckedOptions,
  nameOf: NameOf,
  problems: Problems,
): TlsOptions | undefined {
  const { tls } = options;
  const [cert, key] = [options.tlsCert ?? tls?.cert, options.tlsKey ?? tls?.key];
  if (cert === undefined && key === undefined) {
    if (tls === undefined) return undefined;
    throw badOption(`${nameOf(['tls'])} needs a cert and a key`);
  }
  const names = { cert: fileOption(options, 'cert', nameOf), key: fileOption(options, 'key', nameOf) };
  if (cert === undefined) throw badOption(`${names.cert} is missing: the key needs its certificate`);
  if (key === undefined) throw badOption(`${names.key} is missing: the certificate needs its key`);
  const resolved = {
    cert: problems.check([], () => readCertificates(cert, names.cert)),
    key: problems.check([], () => readKey(key, names.key)),
    minVersion: tls?.minVersion,
    ciphers: tls?.ciphers,
  };
  if (resolved.cert !== undefined && resolved.key !== undefined) {
    tryTls(resolved, {
      cert: `${names.cert} ${cert}`,
      key: `${names.key} ${key}`,
      ciphers: `${nameOf(['tls', 'ciphers'])} ${JSON.stringify(tls?.ciphers)}`,
    });
  }
  return resolved;
}

/**
 * The option that names a file. A flag replaces the key of a config file; two keys of one file are
 * a mistake.
 */
function fileOption({ tls, ...options }: CheckedOptions, part: 'cert' | 'key', nameOf: NameOf): string {
  const long = part === 'cert' ? 'tlsCert' : 'tlsKey';
  const [longName, shortName] = [nameOf([long]), nameOf(['tls', part])];
  if (options[long] === undefined) return tls === undefined ? longName : shortName;
  if (tls?.[part] !== undefined && !longName.startsWith('--')) {
    throw badOption(`${longName} and tls.${part} are both given: write one of them`);
  }
  return longName;
}

/**
 * Certificate and key that the gateway shows to a server; undefined if neither is given. `names`
 * are those of the two options.
 */
export function readIdentity(
  cert: string | undefined,
  key: string | undefined,
  names: { readonly cert: string; readonly key: string },
): TlsIdentity | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined) throw badOption(`${names.cert} is missing: the key needs its certificate`);
  if (key === undefined) throw badOption(`${names.key} is missing: the certificate needs its key`);
  const identity = { cert: readCertificates(cert, names.cert), key: readKey(key, names.key) };
  checkPair(identity.cert, identity.key, { cert: `${names.cert} ${cert}`, key: `${names.key} ${key}` });
  return identity;
}

/** A PEM file with a block whose label matches, as an option names it. */
function readPem(file: string, name: string, label: RegExp, what: string): Buffer {
  const bytes = readNamedFile(file, `${name} ${file}`);
  if (label.test(bytes.toString('latin1'))) return bytes;
  throw badOption(`${name} ${file} holds no ${what} in PEM form${pemAdvice(bytes, file, what)}`);
}

/** What the file is, and how it becomes what is needed. */
function pemAdvice(bytes: Buffer, file: string, what: string): string {
  const text = bytes.toString('latin1');
  if (bytes.length === 0) return ': it is empty';
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
  if (label !== undefined) return `: it holds a ${label.toLowerCase()}`;
  // ASN.1 of X.509, PKCS#8 and PKCS#12 begins with a SEQUENCE.
  if (bytes[0] !== 0x30) return '';
  if (/\.(?:p12|pfx)$/i.test(file))
    return `: it is PKCS#12, write openssl pkcs12 -in ${file} -nodes -out NAME.pem`;
  const command = what === 'certificate' ? 'x509' : 'pkey';
  return `: it is in DER form, write openssl ${command} -inform der -in ${file} -out NAME.pem`;
}

/**
 * A file without a certificate would make the gateway trust nothing, which the first client would
 * find out.
 */
export function readCertificates(file: string, name: string): Buffer {
  const pem = readPem(file, name, CERTIFICATE, 'certificate');
  try {
    new X509Certificate(pem);
  } catch {
    throw badOption(`${name} ${file} holds a certificate that is damaged`);
  }
  return pem;
}

const CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;
const KEY = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/;

/** Reads a private key that has no passphrase. */
export function readKey(file: string, name: string): Buffer {
  const pem = readPem(file, name, KEY, 'private key');
  try {
    createPrivateKey(pem);
  } catch (error) {
    // OpenSSL has no passphrase to read it with.
    const isEncrypted =
      /ENCRYPTED/.test(pem.toString('latin1')) ||
      (error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE';
    const reason = isEncrypted
      ? `is encrypted: write openssl pkey -in ${file} -out NAME.pem`
      : 'holds a private key that is damaged';
    throw badOption(`${name} ${file} ${reason}`);
  }
  return pem;
}

/**
 * Finds a key that does not fit its certificate, or a misspelt cipher, before the first client
 * does.
 */
function tryTls(options: TlsOptions, names: TlsNames): void {
  const { cert, key, minVersion, ciphers } = options;
  checkPair(cert, key, names);
  try {
    createSecureContext({ cert, key, ...(minVersion && { minVersion }), ...(ciphers && { ciphers }) });
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0] ?? '';
    if (/cipher/i.test(reason))
      throw badOption(
        `${names.ciphers} is no list of ciphers that OpenSSL knows: openssl ciphers lists them`,
      );
    throw badOption(`${names.cert}, ${names.key} cannot be used for TLS: ${reason}`);
  }
}

function checkPair(cert: Buffer, key: Buffer, names: Pick<TlsNames, 'cert' | 'key'>): void {
  if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) return;
  throw badOption(
    `${names.key} is not the key of the certificate ${names.cert}: the first certificate of the file must be the server's own`,
  );
}

/** The options as they stand in a complaint. */
interface TlsNames {
  readonly cert: string;
  readonly key: string;
  readonly ciphers: string;
}
