import { sockjs } from '../../dialect/sockjs.ts';
import { callbackOf, scriptString } from './callback.ts';
import { type StreamEncoding, streamForm } from './stream.ts';

/**
 * The page calls its parent while it loads. Engines show nothing of it before there is 1 KiB
 * (SockJS 0.3.3, "HtmlFile").
 */
function encodingFor(query: string): StreamEncoding {
  const callback = callbackOf(query);
  return {
    prelude: `${page(callback).padEnd(1023 + callback.length)}\r\n\r\n`,
    encoder: sockjs((frame) => `<script>\np(${scriptString(frame)});\n</script>\r\n`),
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
export const htmlfile = streamForm({
  action: 'htmlfile',
  method: 'GET',
  isCallback: true,
  contentType: 'text/html',
  encodingFor,
});
