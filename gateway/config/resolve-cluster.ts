import type { ClusterOptions, NatsLogin, NatsTls } from '../cluster/options.ts';
import type { NatsUrl } from './cluster.ts';
import { alsoNamed, badOption, type NameOf } from './complaint.ts';
import { readNamedFile } from './read-file.ts';
import type { CheckedOptions } from './schema.ts';
import { readCertificates, readKey } from './tls.ts';

/** How the nodes of several machines reach each other; undefined: they do not. */
export function resolveCluster(options: CheckedOptions, nameOf: NameOf): ClusterOptions | undefined {
  const { cluster } = options;
  if (cluster === undefined) {
    const alone = (['clusterCredentials', 'clusterCa'] as const).find((key) => options[key] !== undefined);
    if (alone === undefined) return undefined;
    throw badOption(`${nameOf([alone])} needs ${alsoNamed(nameOf, 'cluster')}`);
  }
  const [first] = cluster.url as [NatsUrl];
  if (cluster.url.some(({ isTls }) => isTls !== first.isTls)) {
    throw badOption(`${nameOf(['cluster', 'url'])} has nats:// and tls://: all servers need the same`);
  }
  return {
    servers: cluster.url.map(({ host, port }) => ({ host, port })),
    name: cluster.name,
    login: resolveLogin(options, nameOf),
    tls: resolveTls(options, first.isTls, nameOf),
  };
}

/** Refuses two answers to the same question: who this is. */
function resolveLogin(options: CheckedOptions, nameOf: NameOf): NatsLogin | undefined {
  const { user, password, token, credentials, url } = options.cluster as Cluster;
  const named = url.filter((each) => each.user !== undefined);
  const [inUrl] = named;
  if (named.some((each) => each.user !== inUrl?.user || each.password !== inUrl?.password)) {
    throw badOption(`${nameOf(['cluster', 'url'])} has several logins: all servers get the same`);
  }
  if ((user === undefined) !== (password === undefined)) {
    const [one, other] = user === undefined ? ['password', 'user'] : ['user', 'password'];
    throw badOption(`${nameOf(['cluster', one])} needs cluster.${other}`);
  }
  const file = options.clusterCredentials ?? credentials;
  const given = [
    ...(inUrl === undefined ? [] : ['a login in cluster.url']),
    ...(user === undefined ? [] : ['cluster.user']),
    ...(token === undefined ? [] : ['cluster.token']),
    ...(file === undefined ? [] : [credentialsName(options, nameOf)]),
  ];
  if (given.length > 1) throw badOption(`${given.join(' and ')} are both given: write one of them`);
  if (file !== undefined) return readCredentials(file, credentialsName(options, nameOf));
  if (user !== undefined && password !== undefined) return { user, password };
  if (token !== undefined) return { token };
  if (inUrl?.user === undefined) return undefined;
  return inUrl.password === undefined
    ? { token: inUrl.user }
    : { user: inUrl.user, password: inUrl.password };
}

type Cluster = NonNullable<CheckedOptions['cluster']>;

function credentialsName({ clusterCredentials }: CheckedOptions, nameOf: NameOf): string {
  return nameOf(clusterCredentials === undefined ? ['cluster', 'credentials'] : ['clusterCredentials']);
}

/** A file as `nsc` and `nats` write it, or one with the seed of an nkey. */
function readCredentials(file: string, name: string): NatsLogin {
  const content = readNamedFile(file, `${name} ${file}`);
  const written = content.toString('latin1');
  if (/BEGIN NATS USER JWT/.test(written) && /BEGIN USER NKEY SEED/.test(written)) {
    return { credentials: content };
  }
  const seed = /^\s*(SU[A-Z2-7]{56})\s*$/.exec(written)?.[1];
  if (seed !== undefined) return { seed: Buffer.from(seed) };
  throw badOption(`${name} ${file} holds no credentials of a NATS user, and no seed of one (SU…)`);
}

function resolveTls(options: CheckedOptions, isTls: boolean, nameOf: NameOf): NatsTls | undefined {
  const { cert, key, ca: ownCa } = options.cluster as Cluster;
  const ca = options.clusterCa ?? ownCa;
  const names = {
    ca: nameOf(options.clusterCa === undefined ? ['cluster', 'ca'] : ['clusterCa']),
    cert: nameOf(['cluster', 'cert']),
    key: nameOf(['cluster', 'key']),
  };
  if (!isTls) {
    const file = (['ca', 'cert', 'key'] as const).find((part) => ({ ca, cert, key })[part] !== undefined);
    if (file !== undefined) throw badOption(`${names[file]} is for tls:// servers`);
    return undefined;
  }
  if ((cert === undefined) !== (key === undefined)) {
    const [one, other] = cert === undefined ? ['key', 'cert'] : ['cert', 'key'];
    throw badOption(`${nameOf(['cluster', one])} needs cluster.${other}`);
  }
  return {
    ...(ca !== undefined && { ca: readCertificates(ca, names.ca).toString() }),
    ...(cert !== undefined && { cert: readCertificates(cert, names.cert).toString() }),
    ...(key !== undefined && { key: readKey(key, names.key).toString() }),
  };
}
