import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { slugOf } from '../../scripts/site/slug.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A fenced code block of a document. */
export interface Block {
  readonly file: string;
  /** The line of its fence, from 1. */
  readonly line: number;
  /** The first word behind the fence. */
  readonly language: string;
  /** The other words: `run`, `file=NAME`. */
  readonly marks: readonly string[];
  readonly text: string;
  /**
   * The name in a comment above it: `<!-- recipe: NAME -->` for a file of deploy/,
   * `<!-- fragment: NAME -->` for lines that a test puts into a whole configuration.
   */
  readonly recipe: string | undefined;
}

export interface Link {
  readonly file: string;
  readonly line: number;
  readonly target: string;
}

/** Every Markdown file of the repository, tracked or new. */
export function markdownFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    cwd: root,
    encoding: 'utf8',
  });
  return [...new Set(listed.trim().split('\n'))].filter((file) => !file.startsWith('.github/'));
}

/** README and the pages that people read: those whose code blocks have to run. */
export function readerFiles(): string[] {
  return markdownFiles().filter((file) => file === 'README.md' || file.startsWith('docs/'));
}

export function readDocument(file: string): string {
  return readFileSync(root + file, 'utf8');
}

/** The fenced blocks of a document; those in lists are indented. */
export function blocksOf(file: string, text = readDocument(file)): Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, indent = '', info = ''] = /^( *)```(.*)$/.exec(lines[at] ?? '') ?? [];
    if (!/^ *```/.test(lines[at] ?? '')) continue;
    const end = lines.findIndex((line, index) => index > at && line.trim() === '```');
    if (end < 0) throw new Error(`${file}:${at + 1} has a code block without an end`);
    const [language = '', ...marks] = info.trim().split(/\s+/);
    const body = lines.slice(at + 1, end).map((line) => line.slice(indent.length));
    const recipe = /<!-- (?:recipe|fragment): ([\w-]+) -->/.exec(lines[at - 1] ?? '')?.[1];
    blocks.push({ file, line: at + 1, language, marks, text: `${body.join('\n')}\n`, recipe });
    at = end;
  }
  return blocks;
}

/** The block of that name, for the test that runs it. */
export function recipeIn(file: string, name: string): string {
  const block = blocksOf(file).find(({ recipe }) => recipe === name);
  if (block === undefined) throw new Error(`${file} has no block ${name}`);
  return block.text;
}

/** The anchors of a document's headings, as GitHub and the site make them. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const line of withoutBlocks(text)) {
    const heading = /^#{1,6} +(.*?) *$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const slug = slugOf(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', ''));
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The links and pictures of a document. */
export function linksOf(file: string, text = readDocument(file)): Link[] {
  return withoutBlocks(text).flatMap((line, at) => {
    const plain = line.replaceAll(/`[^`]*`/g, '');
    return [...plain.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ file, line: at + 1, target }));
  });
}

function withoutBlocks(text: string): string[] {
  let isFenced = false;
  return text.split('\n').map((line) => {
    if (/^ *```/.test(line)) isFenced = !isFenced;
    return isFenced ? '' : line;
  });
}
