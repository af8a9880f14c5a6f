import { readFileSync, writeFileSync } from 'node:fs';
import { launchChromium } from '../support/pages/chromium.ts';
import type { Application } from './applications/application.ts';
import { APPLICATIONS, MODES } from './applications/list.ts';
import { Site } from './applications/site.ts';
import { LIBRARIES, type Library, titleOf } from './libraries.ts';
import { CELLS, Matrix, TRANSPORTS } from './matrix.ts';

/*
 * npm run compatibility: runs every library and every application, prints what works, and puts the
 * tables into docs/compatibility.md. `npm run compatibility -- WORD...` runs those with one of the
 * words in their title, and keeps the rows of all others.
 */

const DOCUMENT = new URL('../../docs/compatibility.md', import.meta.url);
const words = process.argv.slice(2);
const before = readFileSync(DOCUMENT, 'utf8');

function isWanted(title: string): boolean {
  return words.length === 0 || words.some((word) => title.includes(word));
}

/** The rows of the document as it is that begin with this title. */
function rowsBefore(title: string): string[] {
  return before.split('\n').filter((line) => line.startsWith(`| ${title} |`));
}

/** What a table shows of a cell. */
function mark(problem: Error | undefined): string {
  if (problem !== undefined) console.error(problem);
  return problem === undefined ? 'works' : 'fails';
}

function row(cells: readonly string[]): string {
  const line = `| ${cells.join(' | ')} |`;
  console.log(line);
  return line;
}

function head(...cells: string[]): string[] {
  return [row(cells), row(cells.map(() => '---'))];
}

async function libraryRow(matrix: Matrix, library: Library): Promise<string> {
  const marks = TRANSPORTS.map(async (transport) => {
    const cell = CELLS.find((one) => one.library === library && one.transport === transport);
    return cell === undefined ? '–' : mark(await matrix.problem(cell));
  });
  return row([titleOf(library), library.server ?? 'echo', ...(await Promise.all(marks))]);
}

async function libraryTable(): Promise<string[]> {
  const matrix = await Matrix.start();
  try {
    matrix.begin(CELLS.filter(({ library }) => isWanted(titleOf(library))));
    const rows = head('library', 'server', ...TRANSPORTS);
    for (const library of LIBRARIES) {
      const title = titleOf(library);
      rows.push(...(isWanted(title) ? [await libraryRow(matrix, library)] : rowsBefore(title)));
    }
    return rows;
  } finally {
    await matrix.stop();
  }
}

async function applicationRows(application: Application): Promise<string[]> {
  if (!isWanted(application.title)) return rowsBefore(application.title);
  const [browser, site] = await Promise.all([launchChromium(), Site.start(application)]);
  try {
    const rows = [];
    for (const use of Object.keys(application.uses)) {
      const marks = [];
      for (const mode of MODES) {
        const problem = await site.use(browser, use, mode).then(
          () => undefined,
          (error: Error) => error,
        );
        marks.push(mark(problem));
      }
      rows.push(row([application.title, use, ...marks]));
    }
    return rows;
  } finally {
    await browser.close();
    await site.stop();
  }
}

async function applicationTable(): Promise<string[]> {
  const rows = head('application', 'what is done', ...MODES.map(({ title }) => title));
  for (const application of APPLICATIONS) rows.push(...(await applicationRows(application)));
  return rows;
}

/** Puts the lines of a table between its marks. */
function withTable(text: string, name: string, rows: readonly string[]): string {
  const [from, to] = [`<!-- ${name} -->`, `<!-- /${name} -->`].map((one) => text.indexOf(one)) as [
    number,
    number,
  ];
  if (from < 0 || to < from) throw new Error(`docs/compatibility.md has no marks for ${name}`);
  return `${text.slice(0, from)}<!-- ${name} -->\n${rows.join('\n')}\n${text.slice(to)}`;
}

const tables = { libraries: await libraryTable(), applications: await applicationTable() };
let text = before;
for (const [name, rows] of Object.entries(tables)) text = withTable(text, name, rows);
writeFileSync(DOCUMENT, text);
