import { callbackOf, scriptString } from './callback.ts';
import type { DownForm } from './form.ts';
import { merged, streamed } from './headers.ts';
import { Stream, type StreamSpelling } from './stream.ts';

const HEADERS = streamed('text/html');

/** The page calls its parent while it loads. Engines show nothing of it before there is 1 KiB (SockJS 0.3.3, "HtmlFile"). */
function spellingFor(callback: string): StreamSpelling {
  return {
    prelude: `${page(callback).padEnd(1023 + callback.length)}\r\n\r\n`,
    frame: (frame) => `<script>\np(${scriptString(frame)});\n</script>\r\n`,
  };
}

function page(callback: string): string {
  return `<!doctype html>
<html><head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
</head><body><h2>Don't panic!</h2>
  <script>
    document.domain = document.domain;
    var c = parent.${callback};
    c.start();
    function p(d) {c.message(d);};
    window.onload = function() {c.stop();};
  </script>`;
}

/** A page without end: each frame is a script in it. */
export const htmlfile: DownForm = {
  action: 'htmlfile',
  method: 'GET',
  isCallback: true,
  direction: 'down',
  receive: ({ exchange, headers, responseLimit }) => {
    const spelling = spellingFor(callbackOf(exchange.query));
    return new Stream(() => exchange.stream(200, merged(HEADERS, headers)), spelling, responseLimit);
  },
};
