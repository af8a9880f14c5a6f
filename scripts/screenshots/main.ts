import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'puppeteer-core';
import { Scene } from './scene.ts';
import { SHOTS, type Shot } from './shots.ts';

/*
 * npm run screenshots: takes the pictures of docs/images in the Chromium of this machine. They
 * differ from run to run in numbers only. Names of pictures: these alone.
 */
const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url));

/** Pixels below the element with which a picture ends. */
const MARGIN = 12;

/** Of WebP, from 0 to 100: letters are sharp, and a picture has less than 100 kB. */
const QUALITY = 80;

const scene = await Scene.start();
try {
  const names = process.argv.slice(2);
  for (const shot of SHOTS) {
    const { file, prepare } = shot;
    if (names.length > 0 && !names.includes(file)) continue;
    const bytes = await picture(await prepare(scene), shot);
    writeFileSync(folder + file, bytes);
    console.log(`docs/images/${file}: ${Math.ceil(bytes.length / 1000)} kB`);
  }
} finally {
  await scene.close();
}

async function picture(page: Page, { end }: Shot): Promise<Uint8Array> {
  const panel = `document.querySelector(${JSON.stringify(end)}).closest('.panel, section')`;
  const bottom = Number(await page.evaluate(`${panel}.getBoundingClientRect().bottom + scrollY`));
  const width = Number(await page.evaluate('innerWidth'));
  // The caret blinks.
  await page.evaluate('document.activeElement.blur()');
  const clip = { x: 0, y: 0, width, height: Math.ceil(bottom) + MARGIN };
  return page.screenshot({ clip, type: 'webp', quality: QUALITY });
}
