/** Where a page or a frame has the shim. */
export interface Place {
  /** The page around the scripts that are to run there. */
  page(scripts: string): string;
  /** @default all */
  readonly transports?: readonly string[];
}

const attribute = (html: string): string => html.replace(/&/g, '&amp;').replace(/"/g, '&quot;');
const literal = (html: string): string => JSON.stringify(html).replace(/</g, '\\u003c');

/** A page that has the result of its frame. */
const around = (body: string): string => `<!DOCTYPE html><html><head><title>page</title></head><body>
<script>window.onmessage = function (event) { if (/^(done|closed|other|another)/.test(event.data)) document.documentElement.setAttribute('data-result', event.data); };</script>
${body}</body></html>`;

/** Frames that cannot be of the page's origin: a script there may not call the page. */
const OPAQUE = ['eventsource', 'xhr-streaming', 'xhr-polling', 'jsonp-polling'];
/** All that work in Chromium. */
export const TRANSPORTS = [
  'websocket',
  'eventsource',
  'xhr-streaming',
  'iframe-htmlfile',
  'xhr-polling',
  'jsonp-polling',
];

export const PLACES: Readonly<Record<string, Place>> = {
  'a frame of srcdoc': {
    page: (scripts) => around(`<iframe srcdoc="${attribute(scripts)}"></iframe>`),
    transports: TRANSPORTS,
  },
  'a frame of about:blank that the page has written': {
    page: (scripts) =>
      around(`<iframe id="frame"></iframe><script>
        var inner = document.getElementById('frame').contentWindow.document;
        inner.open(); inner.write(${literal(scripts)}); inner.close();
      </script>`),
    transports: TRANSPORTS,
  },
  'a sandboxed frame': {
    page: (scripts) =>
      around(`<iframe sandbox="allow-scripts allow-forms" srcdoc="${attribute(scripts)}"></iframe>`),
    transports: OPAQUE,
  },
  'a frame of data:': {
    page: (scripts) => around(`<iframe src="data:text/html,${encodeURIComponent(scripts)}"></iframe>`),
    transports: OPAQUE,
  },
  'a page that is written by document.write while it loads': {
    page: (scripts) => `<title>page</title><script>document.write(${literal(scripts)});</script>`,
  },
  'a page that is written anew when it has loaded': {
    page: (scripts) => `<title>page</title><script>
      window.onload = function () { document.open(); document.write(${literal(scripts)}); document.close(); };
    </script>`,
  },
  'a page with another base': {
    page: (scripts) =>
      `<!DOCTYPE html><title>page</title><base href="http://base.invalid/path/" target="_blank">${scripts}`,
  },
  'quirks mode': { page: (scripts) => `<title>page</title><table><tr><td>${scripts}` },
  'a page of framesets': {
    page: (scripts) =>
      `<html><head><title>page</title>${scripts}</head><frameset cols="*"><frame src="about:blank"></frameset></html>`,
  },
  'a page without a body so far': {
    page: (scripts) => `<!DOCTYPE html><html><head><title>page</title>${scripts}</head></html>`,
  },
};
