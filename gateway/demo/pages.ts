import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { type Response, Router } from 'express';

/** Serves the demo at `/`, and at `/vendor` the libraries that its pages load, as npm has them. */
export function demoPages(folder: string): Router {
  const pages = Router();
  for (const library of ['stompjs/lib/stomp.js', 'sockjs-client/dist/sockjs.min.js']) {
    const vendor = dirname(createRequire(import.meta.url).resolve(library));
    pages.use('/vendor', express.static(vendor, { index: false, maxAge: '1h', setHeaders }));
  }
  pages.use(express.static(folder, { cacheControl: false, setHeaders }));
  return pages;
}

/** A browser asks again each time, and mostly gets 304: a demo that was changed is seen at once. */
function setHeaders(response: Response): void {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Cache-Control', 'no-cache');
  // No page of another site may put a demo page into a frame and lead clicks to it.
  response.setHeader('X-Frame-Options', 'SAMEORIGIN');
  response.setHeader('Content-Security-Policy', "frame-ancestors 'self'");
}
