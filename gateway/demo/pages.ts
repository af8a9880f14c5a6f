import express, { type Response, Router } from 'express';
import { OWN_FRAMES } from '../base/security-headers.ts';

/**
 * Serves the demo at `/`, and the libraries of its pages, stompjs and sockjs-client, at `/vendor`.
 * Pages of other sites may not frame a demo page: they could lead clicks into it.
 */
export function demoPages(folder: string, libraries: string): Router {
  const options = { cacheControl: false, setHeaders };
  const pages = Router();
  pages.use('/vendor', express.static(libraries, { ...options, index: false }));
  pages.use(express.static(folder, options));
  return pages;
}

/** Browsers ask each time, and mostly get 304: a page that was changed is seen at once. */
function setHeaders(response: Response): void {
  response.set({ 'cache-control': 'no-cache', ...OWN_FRAMES });
}
