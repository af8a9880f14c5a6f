import { checkAll } from './check.ts';

/*
 * npm run words [-- PREFIX...]: prints every word and every width that is against the rules, as
 * FILE:LINE, in all files or in those whose path begins so. Exits with 1 if there are any.
 */
const prefixes = process.argv.slice(2);
const findings = checkAll().filter(
  ({ file }) => prefixes.length === 0 || prefixes.some((prefix) => file.startsWith(prefix)),
);
for (const { file, line, problem } of findings) console.log(`${file}:${line}  ${problem}`);
console.log(`${findings.length} found`);
process.exitCode = findings.length > 0 ? 1 : 0;
