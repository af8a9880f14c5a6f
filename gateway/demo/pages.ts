import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { type Response, Router } from 'express';
import { OWN_FRAMES } from '../base/security-headers.ts';

/** The libraries of the chat and SockJS pages, as npm has them. */
const LIBRARIES = ['stompjs/lib/stomp.js', 'sockjs-client/dist/sockjs.min.js'];

/**
 * Serves the demo at `/`, and its libraries' folders at `/vendor`. Pages of other sites may not
 * frame a demo page: they could lead clicks into it.
 */
export function demoPages(folder: string): Router {
  const { resolve } = createRequire(import.meta.url);
  const options = { cacheControl: false, setHeaders };
  const pages = Router();
  for (const library of LIBRARIES) {
    pages.use('/vendor', express.static(dirname(resolve(library)), { ...options, index: false }));
  }
  pages.use(express.static(folder, options));
  return pages;
}

/** Browsers ask each time, and mostly get 304: a page that was changed is seen at once. */
function setHeaders(response: Response): void {
  response.set({ 'cache-control': 'no-cache', ...OWN_FRAMES });
}
