import { createHash } from 'node:crypto';
import { nkeys } from '@nats-io/transport-node';

type Keys = ReturnType<typeof nkeys.createUser>;

/** A NATS user that a server knows by its key. */
export function userWithKey(): { publicKey: string; seed: Buffer } {
  const keys = nkeys.createUser();
  return { publicKey: keys.getPublicKey(), seed: Buffer.from(keys.getSeed()) };
}

/**
 * An operator with one account and one user, as `nsc` makes them (NATS ADR-14): lines for the
 * server, and the content of the user's `.creds` file.
 */
export function userWithCredentials(): { configuration: string[]; credentials: Buffer } {
  const [operator, account, user] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createUser()];
  const all = { subs: -1, data: -1, payload: -1 };
  const limits = { ...all, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const operatorJwt = jwt(operator, operator, { type: 'operator' });
  const accountJwt = jwt(operator, account, { type: 'account', limits });
  const userJwt = jwt(account, user, { type: 'user', ...all, pub: {}, sub: {} });
  const seed = Buffer.from(user.getSeed()).toString();
  const rule = '------';
  return {
    configuration: [
      `operator: ${operatorJwt}`,
      'resolver: MEMORY',
      `resolver_preload { ${account.getPublicKey()}: ${accountJwt} }`,
    ],
    credentials: Buffer.from(
      `-----BEGIN NATS USER JWT-----\n${userJwt}\n${rule}END NATS USER JWT${rule}\n\n` +
        `-----BEGIN USER NKEY SEED-----\n${seed}\n${rule}END USER NKEY SEED${rule}\n`,
    ),
  };
}

function jwt(issuer: Keys, subject: Keys, nats: object): string {
  const claims = {
    jti: createHash('sha256').update(subject.getPublicKey()).digest('hex'),
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    name: 'test',
    sub: subject.getPublicKey(),
    nats: { ...nats, version: 2 },
  };
  const signed = [{ typ: 'JWT', alg: 'ed25519-nkey' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${Buffer.from(issuer.sign(Buffer.from(signed))).toString('base64url')}`;
}
