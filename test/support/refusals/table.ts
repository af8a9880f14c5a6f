/** The head of docs/refusals.md, which a test writes. */
const HEAD = `# Refusals

What is refused, what the log says about it, what the client gets, and what \`diagnostics\` shows of
it where a page of another origin opens the socket in an engine without WebSocket. A test makes each
row with a real gateway: it reads the option out of the line, starts the gateway with it, and the
same request passes.

\`\`\`sh run
npm run test:file -- test/integration/refusal-table.test.ts
\`\`\`

Ports, names of files and ids are replaced. In the log a line has further fields: \`status\`,
\`reason\`, \`method\`, \`remoteAddress\`. The gateways of the table were started with flags; in a
program the remedy is \`createGateway({ host: ['app.intranet'] })\`.

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
