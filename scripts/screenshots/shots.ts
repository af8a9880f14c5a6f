import type { Page } from 'puppeteer-core';
import type { Scene } from './scene.ts';

/** A picture of a page, from its top to the end of an element. */
export interface Shot {
  /** Its file in docs/images. */
  readonly file: string;
  /** Selector of the element with which it ends: that of the panel around it. */
  readonly end: string;
  /** Opens the page, and does what the picture shows. */
  readonly prepare: (scene: Scene) => Promise<Page>;
}

/** Tabs of one browser: more than the six connections that it has to a host. */
const TABS = 8;

/** In this order: what the status page shows would grow with each of the others. */
export const SHOTS: readonly Shot[] = [
  {
    file: 'status.webp',
    end: 'main > section:last-of-type',
    async prepare(scene) {
      await scene.populate();
      return scene.openStatus();
    },
  },
  {
    file: 'laboratory.webp',
    end: '#charts',
    async prepare(scene) {
      const page = await scene.open('/laboratory.html');
      await scene.until(page, "document.title === 'Laboratory: done'");
      return page;
    },
  },
  {
    file: 'chat.webp',
    end: '#send',
    async prepare(scene) {
      const ada = await enter(scene, 'Ada', '');
      const grace = await enter(scene, 'Grace', 'xhr-polling');
      await say(scene, grace, 'I am on long polling.', [ada, grace]);
      await say(scene, ada, 'And I am on a WebSocket.', [ada, grace]);
      await ada.bringToFront();
      return ada;
    },
  },
  {
    file: 'tabs.webp',
    end: '#all',
    async prepare(scene) {
      let front = await scene.open('/tabs.html');
      for (let tab = 1; tab < TABS; tab++) {
        await scene.until(front, state('holds its connection'));
        front = await scene.open('/tabs.html', front.browserContext());
      }
      await scene.until(front, rows('rests', TABS - 1));
      await front.click('#send');
      await scene.until(front, rows('received', TABS));
      return front;
    },
  },
];

async function enter(scene: Scene, name: string, transport: string): Promise<Page> {
  const page = await scene.open('/chat.html');
  await page.select('#transport', transport);
  await page.type('#name', name);
  await page.click('#enter');
  await scene.until(page, `document.getElementById('people').innerText.includes('${name}')`);
  return page;
}

async function say(scene: Scene, page: Page, text: string, readers: readonly Page[]): Promise<void> {
  await page.bringToFront();
  await page.type('#text', text);
  await page.click('#send');
  for (const reader of readers)
    await scene.until(reader, `document.getElementById('log').innerText.includes('${text}')`);
}

function state(text: string): string {
  return `document.getElementById('now').innerText === '${text}'`;
}

/** As many lines of the table of all tabs have this text. */
function rows(text: string, count: number): string {
  const lines = "[...document.querySelectorAll('#all tr')]";
  return `${lines}.filter((row) => row.innerText.includes('${text}')).length === ${count}`;
}
