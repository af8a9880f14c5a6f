import type { AppOptions } from '../app/options.ts';
import { alsoNamed, badOption, type NameOf } from './complaint.ts';
import type { CheckedOptions } from './schema.ts';
import { readCertificates } from './tls.ts';

/** The application of the options; undefined without one. Throws a `ConfigError`. */
export function resolveApp(options: CheckedOptions, nameOf: NameOf): AppOptions | undefined {
  const { app: given, appHost } = options;
  if (given === undefined) {
    if (appHost === undefined) return undefined;
    throw badOption(`${nameOf(['appHost'])} needs ${alsoNamed(nameOf, 'app')}`);
  }
  if (options.demo === true) {
    throw badOption(
      `${nameOf(['demo'])} and ${alsoNamed(nameOf, 'app')} exclude each other: both have the path /`,
    );
  }
  const { url, ca, host, inject, exclude, prefix = '', timeout } = given;
  const nameOfCa = nameOf(['app', 'ca']);
  if (ca !== undefined && !url.secure) throw badOption(`${nameOfCa} is for https:// applications`);
  const sentHost = appHost ?? host;
  return {
    ...url,
    host: sentHost,
    ca: ca === undefined ? undefined : readCertificates(ca, nameOfCa),
    ...{ inject, exclude, prefix, timeout },
    // An application that gets another Host cannot notice a rebound name (DNS rebinding) by itself.
    anyHost: options.host.length === 0 && sentHost === undefined,
  };
}
