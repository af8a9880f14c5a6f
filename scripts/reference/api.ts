import ts from 'typescript-es5';
import { cell, code, defaultOf, docOf, membersOf, readTypes, signatureOf, type Types } from './types.ts';

/** The entries of the package, and what stands above each. */
const ENTRIES: readonly (readonly [string, string, string])[] = [
  ['fallback-gateway', 'dist/gateway/index.d.ts', 'The gateway inside a Node program.'],
  [
    'fallback-gateway/ws',
    'dist/gateway/ws/index.d.ts',
    '`ws` with fallbacks: [backends.md](backends.md#a-program-in-node). Everything else is that of `ws`.',
  ],
  [
    'fallback-gateway/client-shim',
    'dist/client-shim/module.d.ts',
    'The shim as a module of a page: [shim.md](shim.md). Importing it changes nothing; `install` does.',
  ],
];

/** Types whose members configuration.md has. */
const CONFIGURED =
  /^(?:GatewayOptions|(?:App|Auth|Cluster|Route|SockJs|Stomp|StompRoute|StompUser|Tls)Settings)$/;

const HEAD = `# API

This page is written by \`npm run reference\` from the types of the package. The package is an ES
module; \`require\` works on every Node from 20.19 on.

\`\`\`js run
import { createGateway } from 'fallback-gateway';

const gateway = createGateway({ listen: 8080, routes: ['/echo=echo:'] });
const { host, port } = await gateway.listen();
console.log(\`http://\${host}:\${port}/\`);
await gateway.close();
\`\`\`
`;

/** docs/api.md. */
export function apiPage(): string {
  const types = readTypes(ENTRIES.map(([, file]) => file));
  const sections = ENTRIES.map(([name, file, text]) => {
    const symbols = types
      .exportsOf(file)
      .filter(([exported]) => exported !== 'default' && exported !== 'module.exports')
      .toSorted(([a], [b]) => Number(isUpper(a)) - Number(isUpper(b)) || a.localeCompare(b, 'en'));
    return `\n## ${name}\n\n${text}\n${symbols.map(([exported, symbol]) => describe(exported, symbol, types)).join('')}`;
  });
  return HEAD + sections.join('');
}

const isUpper = (name: string): boolean => /^[A-Z]/.test(name);

function describe(name: string, symbol: ts.Symbol, types: Types): string {
  const { checker } = types;
  const doc = docOf(symbol, checker);
  const lines = [`\n### ${name}\n`, doc === '' ? '' : `\n${wrap(doc)}\n`];
  if (CONFIGURED.test(name))
    return [...lines, '\nIts members are in [configuration.md](configuration.md).\n'].join('');
  const members =
    symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class) ? membersOf(symbol, checker) : [];
  if (members.length === 0)
    return [...lines, `\n\`\`\`ts\n${wrapCode(signatureOf(symbol))}\n\`\`\`\n`].join('');
  const rows = members.map((member) => {
    const fallback = defaultOf(member);
    const text = docOf(member, checker) + (fallback === undefined ? '' : ` Default: ${fallback}.`);
    return `| ${code(signatureOf(member).replace(/[;,]$/, ''))} | ${cell(text)} |\n`;
  });
  return [...lines, `\n| member | meaning |\n| --- | --- |\n${rows.join('')}`].join('');
}

/** Wrapped at 100 columns, as all documents are. */
function wrap(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > 100) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join('\n');
}

/** A declaration on several lines, where it has members or alternatives. */
function wrapCode(text: string): string {
  if (text.length <= 96) return text;
  if (/^type /.test(text)) return text.replaceAll(/ (?=\| )/g, '\n  ');
  return text.replaceAll(/([{;]) (?=[^}])/g, '$1\n  ').replace(/ ?}(;?)$/, '\n}$1');
}
