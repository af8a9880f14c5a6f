import { OWN_FRAMES } from '../base/security-headers.ts';

/** A folder of the demo, and where its files are served. */
export interface DemoFolder {
  readonly folder: string;
  readonly prefix: string;
  headers(): Readonly<Record<string, string>>;
}

/**
 * The demo is served at `/`, and the libraries of its pages, stompjs and sockjs-client, at
 * `/vendor`. Pages of other sites may not frame a demo page: they could lead clicks into it.
 * Browsers ask each time, and mostly get 304: a page that was changed is seen at once.
 */
export function demoPages(folder: string, libraries: string): readonly DemoFolder[] {
  const headers = () => ({ 'cache-control': 'no-cache', ...OWN_FRAMES });
  return [
    { folder, prefix: '', headers },
    { folder: libraries, prefix: '/vendor', headers },
  ];
}
