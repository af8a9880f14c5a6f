import { GROUPS, jobsOf } from '../run/plan.ts';
import { root } from './markdown.ts';

/**
 * What is replaced in a block before it runs, and nothing else. Ports become free ones of this
 * machine, the same for a whole page, so that blocks find each other.
 */
export const REPLACED: readonly (readonly [RegExp, string, string])[] = [
  [/(--listen )(?::|[\d.]+:)?(\d+)/g, '$1127.0.0.1:$2', 'the machine may not have the address'],
  [/--policy-port(?! \d)/g, '--policy-port 8430', 'port 843 needs root'],
  [/npm ci && /g, '', 'the run has done that'],
  [/\/run\/fallback-gateway\//g, 'run/', 'no folder of the system is used'],
  [/\/etc\/fallback-gateway\//g, 'etc/', 'the same'],
  [/npm start/g, `npm --prefix "${root}" start`, 'the sandbox is another folder'],
  [/(?<=binary )dist\//g, `${root}dist/`, 'the same'],
];

/** Numbers that are ports where documents have them. */
export const PORTS =
  /(?<=[: ({]|listen\()(?:80|3000|8000|8080|8081|8430|9001|9090|9091|9998)(?=[/\s,;'")}]|$)/gm;

/** Commands that are run elsewhere: by the test of this file, or by the script. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/^npm ci && npm test/, '.ci/run'],
  [/^npm pack && npm install -g/, 'test/unit/package/installed.test.ts'],
  [/^systemd-socket-activate /, 'test/integration/socket-activation.test.ts'],
  [/^nats-server -c nats\.conf/, 'test/integration/nats-login.test.ts'],
  [/^npm run fuzz /, 'test/fuzz/targets.test.ts, with fewer inputs'],
  [/^npm run attack/, 'test/integration/under-attack.test.ts, for 15 s'],
];

const planned = new Set(jobsOf(GROUPS).flatMap(({ files }) => files));

/** Where else a command is run; undefined if it has to be run here. */
export function runElsewhere(command: string): string | undefined {
  const [, where] = ELSEWHERE.find(([pattern]) => pattern.test(command)) ?? [];
  if (where !== undefined) return where;
  const [, args] = /npm run (?:-s )?test:file -- (.*)$/.exec(command.replace(/ +#.*/, '')) ?? [];
  const files = args?.split(' ').filter((word) => word.endsWith('.ts')) ?? [];
  if (files.length === 0) return undefined;
  const missing = files.filter((file) => !isPlanned(file));
  if (missing.length > 0) throw new Error(`no test ${missing.join(', ')}`);
  return 'npm test';
}

function isPlanned(file: string): boolean {
  const pattern = new RegExp(`^${file.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
  return [...planned].some((one) => pattern.test(one));
}

/** Tests that run the recipes of a page in the proxy itself, by page and recipe. */
export const RECIPES: Readonly<Record<string, string>> = {
  ...recipes('docs/front-proxies.md', 'front-proxies', 'nginx haproxy apache squid caddy'),
  ...recipes('docs/front-proxies.md', 'deploy-tls', 'haproxy-old-tls'),
  ...recipes('docs/front-proxies.md', 'socket-io-split', 'socketio'),
  ...recipes('docs/cluster.md', 'cluster-balancers', 'nginx haproxy'),
  ...recipes('docs/cluster.md', 'nats-login', 'permissions'),
  ...recipes('docs/backends.md', 'front-proxy-paths', 'prefixes'),
  'docs/compatibility.md applications': 'test/third-party/applications/nginx.ts',
};

function recipes(page: string, test: string, names: string): Record<string, string> {
  return Object.fromEntries(
    names.split(' ').map((name) => [`${page} ${name}`, `test/integration/${test}.test.ts`]),
  );
}

/** The commands of a block: lines that end in a backslash go on. */
export function commandsOf(text: string): string[] {
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/**
 * A command of a gateway with a port of its own. Documents leave `--listen` out where the default
 * will do, and on this machine another program may have that port.
 */
export function withListen(command: string, port: number): string {
  if (command.startsWith('node ') || command.includes('--listen ')) return command;
  const [, flags = '', comment = ''] = /^(.*?)( +#.*)?$/.exec(command) ?? [];
  const isNpm = /^npm /.test(flags) && !flags.includes(' -- ');
  return `${flags}${isNpm ? ' --' : ''} --listen 127.0.0.1:${port}${comment}`;
}

/** Whether a command goes on until it is stopped. */
export function isServer(command: string): boolean {
  if (/^node \S+\.mjs/.test(command)) return true;
  return (
    /^(?:fallback-gateway|npm .*\bstart)\b/.test(command) &&
    !/^fallback-gateway (?:reload|check-page)\b| --(?:check|help|version)\b/.test(command)
  );
}
