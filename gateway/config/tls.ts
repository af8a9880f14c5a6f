import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { TlsOptions } from '../http/options.ts';
import { badOption, type NameOf } from './complaint.ts';
import type { CheckedOptions } from './schema.ts';

/**
 * Reads the certificate and its key, and tries them before the first client does. Undefined if
 * neither is given.
 */
export function resolveTls(options: CheckedOptions, nameOf: NameOf): TlsOptions | undefined {
  const cert = options.tlsCert ?? options.tls?.cert;
  const key = options.tlsKey ?? options.tls?.key;
  if (cert === undefined && key === undefined) {
    if (options.tls === undefined) return undefined;
    throw badOption(`${nameOf(['tls'])} needs a cert and a key`);
  }
  const certName = nameOf(
    options.tlsCert === undefined && options.tls !== undefined ? ['tls', 'cert'] : ['tlsCert'],
  );
  const keyName = nameOf(
    options.tlsKey === undefined && options.tls !== undefined ? ['tls', 'key'] : ['tlsKey'],
  );
  if (cert === undefined) throw badOption(`${certName} is missing: the key needs its certificate`);
  if (key === undefined) throw badOption(`${keyName} is missing: the certificate needs its key`);
  const resolved = {
    cert: readPem(cert, certName),
    key: readPem(key, keyName),
    minVersion: options.tls?.minVersion,
    ciphers: options.tls?.ciphers,
  };
  tryTls(resolved, `${certName} ${cert}, ${keyName} ${key}`);
  return resolved;
}

function readPem(file: string, name: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw badOption(`${name} ${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/**
 * A file without a certificate would make the gateway trust nothing, which the first client would
 * find out.
 */
export function readCertificates(file: string, name: string): Buffer {
  const pem = readPem(file, name);
  try {
    if (!pem.includes('-----BEGIN ')) throw new Error('not PEM');
    new X509Certificate(pem);
  } catch {
    throw badOption(`${name} ${file} holds no certificate in PEM form`);
  }
  return pem;
}

/**
 * Finds a key that does not fit its certificate, or a misspelt cipher, before the first client
 * does.
 */
function tryTls(options: TlsOptions, names: string): void {
  const { cert, key, minVersion, ciphers } = options;
  try {
    createSecureContext({ cert, key, ...(minVersion && { minVersion }), ...(ciphers && { ciphers }) });
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    throw badOption(`${names} cannot be used for TLS: ${reason}`);
  }
}
