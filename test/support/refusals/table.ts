/** The head of docs/refusals.md, which a test writes. */
const HEAD = `# Refusals

This table shows what the gateway refuses, what the client gets, what the log says, and what
\`diagnostics\` shows. \`diagnostics\` is that of a page of another origin, in an engine without
WebSocket. A test makes each row with a real gateway. If the line names an option, the test starts
the gateway with it, and the same request then passes.

\`\`\`sh run
npm run test:file -- test/integration/refusal-table.test.ts
\`\`\`

Ports, file names and ids are replaced. Lines in the log have further fields: \`status\`,
\`reason\`, \`method\`, \`remoteAddress\`. The gateways of this table were started with flags. In a
program, the remedy is a line such as \`createGateway({ host: ['app.intranet'] })\`.

| what | answer | the log | diagnostics |
| --- | --- | --- | --- |
`;

/** The document of these rows: what, answer, line, diagnostics. */
export function table(rows: readonly (readonly string[])[]): string {
  const lines = rows.map(([what = '', ...cells]) => `| ${[what, ...cells.map(asCell)].join(' | ')} |\n`);
  return HEAD + lines.join('');
}

function asCell(text: string): string {
  const plain = text
    .replaceAll(/\/tmp\/[^\s"'}]*\//g, '')
    .replaceAll(/(127\.0\.0\.1|localhost):(?:[2-9]|\d{2,5})(?=\D|$)/g, '$1:PORT')
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replaceAll('|', '\\|');
  return plain === '' ? '' : `\`${plain.replaceAll('`', "'")}\``;
}
