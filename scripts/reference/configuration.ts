import type { Option } from '../../gateway/config/option.ts';
import { optionTable } from '../../gateway/config/schema.ts';
import { cell, code, defaultOf, docOf, membersOf, readTypes } from './types.ts';

const ENTRY = 'dist/gateway/index.d.ts';

/** Tables of settings inside an option: the option, its type, what it is. */
const TABLES: readonly (readonly [string, string, string])[] = [
  ['routes', 'RouteSettings', 'One route. `PATH=BACKEND` is short for a table with these two.'],
  ['routes[].stomp', 'StompRouteSettings', 'How STOMP goes to the backend of a route.'],
  ['routes[].auth', 'AuthSettings', 'An HTTP server that decides who may connect: [logins.md](logins.md).'],
  ['app', 'AppSettings', 'An application behind the gateway: [app.md](app.md).'],
  ['sockjs', 'SockJsSettings', 'How SockJS is served: [sockjs.md](sockjs.md). `false` switches it off.'],
  ['stomp', 'StompSettings', 'The embedded broker: [stomp.md](stomp.md).'],
  ['stomp.users', 'StompUserSettings', 'One login, under its name. A passcode alone is short for the table.'],
  ['tls', 'TlsSettings', 'TLS of the gateway itself.'],
  ['cluster', 'ClusterSettings', 'NATS, for several machines: [cluster.md](cluster.md#nats).'],
];

const HEAD = `# Configuration

Each option is a flag, a key of the config file, and a property of the object that
\`createGateway\` takes. A flag overrides the file. An option without a flag can be set only in the
file or in a program. \`npm run reference\` writes this page from the program's option table.

\`\`\`sh run
fallback-gateway --help
fallback-gateway --config gateway.yaml --check
\`\`\`

The file is YAML. JSON works too, because JSON is YAML:

\`\`\`yaml run
listen: 0.0.0.0:8080
host: gateway.intranet
origin: [http://app.intranet]
heartbeat: 10s
maxMessage: 1MiB
routes:
  - { path: /echo, backend: 'echo:' }
  - { path: /ws, backend: 'ws://127.0.0.1:9001', maxSessions: 500 }
\`\`\`

A duration is a number with \`ms\`, \`s\`, \`m\` or \`h\`; a number alone is milliseconds. A size is
a number with \`B\`, \`KiB\`, \`MiB\` or \`GiB\`; a number alone is bytes. An unknown key is an
error, and the message suggests the nearest known one. [operating.md](operating.md#limits) says what
happens at each limit.

## All options

| option | flag | default | allowed | meaning |
| --- | --- | --- | --- | --- |
`;

const COMMANDS = `
## Other commands and flags

| command or flag | meaning |
| --- | --- |
| \`--config FILE\` | read options from this file |
| \`--check\` | read flags and file, report what is wrong, and exit |
| \`--help\`, \`--version\` | print and exit |
| \`reload\` | start new workers with the current config file: [cluster.md](cluster.md#a-reload-that-closes-nothing) |
| \`check-page URL\` | report whether that page of the application gets the tag: [app.md](app.md#where-the-tag-goes) |
`;

/** docs/configuration.md. */
export function configurationPage(): string {
  const { checker, exportsOf } = readTypes([ENTRY]);
  const types = new Map(exportsOf(ENTRY));
  const membersOfType = (name: string) => {
    const type = types.get(name);
    if (type === undefined) throw new Error(`no type ${name}`);
    return membersOf(type, checker);
  };
  const docs = new Map(membersOfType('GatewayOptions').map((member) => [member.name, member]));

  const rows = Object.entries(optionTable).map(([key, option]: [string, Option]) => {
    const member = docs.get(key);
    if (member === undefined) throw new Error(`GatewayOptions has no ${key}`);
    const flags = [option.flag, option.negated].filter((flag) => flag !== undefined);
    const cells = [
      code(key),
      flags.map((flag) => code(flag.replace(/ .*/, ''))).join(', '),
      fallbackOf(option, defaultOf(member)),
      cell(allowedBy(option)),
      cell(docOf(member, checker) || `${option.help}.`),
    ];
    return `| ${cells.join(' | ')} |\n`;
  });

  const tables = TABLES.map(([key, type, text]) => {
    const lines = membersOfType(type).map((member) => {
      const fallback = defaultOf(member) ?? '';
      return `| ${code(member.name)} | ${cell(asDefault(fallback))} | ${cell(docOf(member, checker))} |\n`;
    });
    return `\n## ${code(key)}\n\n${text}\n\n| setting | default | meaning |\n| --- | --- | --- |\n${lines.join('')}`;
  });
  return HEAD + rows.join('') + tables.join('') + COMMANDS;
}

/** The default as an operator writes it: code where it is a value, words where it is not. */
function fallbackOf(option: Option, words: string | undefined): string {
  if (words !== undefined) return cell(asDefault(words));
  const { fallback } = option;
  if (fallback === undefined || (typeof fallback === 'object' && Object.keys(Object(fallback)).length === 0))
    return '';
  return code(typeof fallback === 'string' ? fallback : JSON.stringify(fallback));
}

function asDefault(text: string): string {
  if (text === '[]') return 'none';
  const isValue = /^(?:'[^']*'|\[.*\]|true|false|[\d.]+)$/.test(text);
  return isValue ? `\`${text.replaceAll(/^'|'$/g, '')}\`` : text;
}

/** What the program says is allowed, when it is given something that is not. */
function allowedBy({ schema }: Option): string {
  const impossible = { 'not allowed': [] };
  const { error } = schema.safeParse(impossible);
  const [issue] = error?.issues ?? [];
  const [, allowed] = /^must be (?:an? )?([^;]*)/.exec(issue?.message ?? '') ?? [];
  return (allowed ?? '')
    .replace(/^duration of (\S+ to [^:]+): [^,]*, or a number with ms, s, m or h/, '$1')
    .replace(/^size of (\S+ to [^:]+): bytes, or a number with KiB, MiB or GiB/, '$1')
    .replace(/^whole number from /, '');
}
