import { readFileSync } from 'node:fs';

const file = (name: string) =>
  readFileSync(new URL(`../../../../node_modules/${name}`, import.meta.url), 'utf8');
const next = file('stomp-websocket/lib/stomp.js').replaceAll('\r\n', '\n');
const splits = 'frames = datas.split(RegExp("" + Byte.NULL + Byte.LF + "*"));\n';

/**
 * Sources of the libraries that the shim repairs. The fork is wangduanduan/stomp-websocket, which
 * is 2.3.4-next with one change: it takes any single part for a whole frame.
 */
export const stompSources = {
  '2.3.3': file('stompjs/lib/stomp.js'),
  '2.3.3 minified': file('stompjs/lib/stomp.min.js'),
  '2.3.4-next': next,
  '2.3.4-next minified': file('stomp-websocket/lib/stomp.min.js'),
  'the fork': next.replace(splits, `${splits}if (frames.length === 1) { frames.push(''); }\n`),
} as const;

export type StompName = keyof typeof stompSources;

if (stompSources['the fork'] === next) throw new Error('stomp-websocket is not as it was: no fork made');

/** `stompScenarios(Stomp)`, in ES3. */
export const scenarioCode = readFileSync(new URL('scenarios.js', import.meta.url), 'utf8');
