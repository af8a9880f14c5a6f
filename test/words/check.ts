import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript-es5';
import { COLUMNS, EXCEPTIONS, NAMES, SKIPPED, WORDS } from './rules.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Finding {
  readonly file: string;
  /** From 1; 0 for the name of the file. */
  readonly line: number;
  readonly problem: string;
}

/** Everything in the repository that is against the rules. */
export function checkAll(): Finding[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  const files = listed
    .trim()
    .split('\n')
    .filter((file) => !SKIPPED.some((skipped) => skipped.test(file)));
  return files.flatMap((file) => {
    try {
      return checkFile(file, readFileSync(`${root}/${file}`, 'utf8'));
    } catch (error) {
      // Removed in the working tree, or a link to a folder.
      if (/^(ENOENT|EISDIR)$/.test(String((error as NodeJS.ErrnoException).code))) return [];
      throw error;
    }
  });
}

/** What is against the rules in one file of that name and content. */
export function checkFile(file: string, text: string): Finding[] {
  const name = basename(file).replace(/\..*$/, '');
  const lines = text.split('\n');
  return [
    ...[...wordsIn(file), ...namesIn(name, file)].map((problem) => ({ file, line: 0, problem })),
    ...lines.flatMap((line, at) => wordsIn(line).map((problem) => ({ file, line: at + 1, problem }))),
    ...identifiersOf(file, text).flatMap(({ identifier, line }) =>
      namesIn(identifier, file).map((problem) => ({ file, line, problem })),
    ),
    ...tooLong(file, lines),
  ];
}

function wordsIn(line: string): string[] {
  const checked = EXCEPTIONS.reduce((rest, { text }) => rest.replace(text, ''), line);
  const words =
    checked
      .replace(/([a-z0-9])(?=[A-Z])/g, '$1 ')
      .toLowerCase()
      .match(/[a-z]+/g) ?? [];
  return words.flatMap((word) =>
    WORDS.filter((rule) => rule.word.test(word)).map(({ better }) => `"${word}": ${better}`),
  );
}

function namesIn(name: string, file: string): string[] {
  const rules = NAMES.filter(({ word, where }) => word.test(name) && (where?.test(file) ?? true));
  return rules.map(({ better }) => `name "${name}": ${better}`);
}

function identifiersOf(file: string, text: string): { identifier: string; line: number }[] {
  if (!/^\.[cm]?[jt]s$/.test(extname(file))) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const found: { identifier: string; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) {
      const line = source.getLineAndCharacterOfPosition(node.end).line + 1;
      found.push({ identifier: node.text.replace(/^[#_]/, ''), line });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const COMMENT = /^\s*(\/\/|\/\*|\*(\s|$)|# |<!--)|\s\/\/\s/;

/**
 * Comments and Markdown wider than they may be. Tables, code and a single long link cannot be
 * wrapped.
 */
function tooLong(file: string, lines: readonly string[]): Finding[] {
  const isMarkdown = file.endsWith('.md');
  if (!isMarkdown && !/\.([cm]?[jt]s|css|sh|ya?ml|java|c|cpp|hx|py)$/.test(file)) return [];
  let isFenced = false;
  return lines.flatMap((line, at) => {
    if (isMarkdown && line.startsWith('```')) isFenced = !isFenced;
    const columns = [...line].length;
    if (columns <= COLUMNS) return [];
    if (isMarkdown ? isFenced || /^(\||\s{4}|!?\[[^\]]*\]\([^)]*\)$)/.test(line) : !COMMENT.test(line))
      return [];
    if (/^\s*(\/\/|\*|-)?\s*\S+$|^\s*\/\/ biome-ignore /.test(line)) return [];
    return [{ file, line: at + 1, problem: `${columns} columns` }];
  });
}
