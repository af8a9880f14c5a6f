/**
 * A script that says something to an echo, and sets `window.result`, and `data-result` of the
 * document, to a text: `done` with the transport when text, bytes and the close came back as they
 * were, or what went wrong. In a frame it also sends the text to the page. It is ES3.
 */
export const echoScript = (path = '/echo'): string => `
(function () {
  var text = 'h\\u00e9llo \\ud83d\\ude00 ' + new Array(2001).join('x\\u0001\\n');
  var socket = new WebSocket((location.host ? 'ws://' + location.host : window.gatewayAddress) + '${path}');
  var got = 0;
  window.socket = socket;
  window.steps = function () {
    var found = '', i, all = socket.diagnostics;
    for (i = 0; i < all.length; i += 1) found += all[i].time + ' ' + all[i].transport + ': ' + all[i].what + '\\n';
    return found;
  };
  function end(what) {
    if (window.result) return;
    window.result = what;
    document.documentElement.setAttribute('data-result', what);
    if (window.parent !== window && window.parent.postMessage) window.parent.postMessage(what, '*');
  }
  socket.binaryType = 'arraybuffer';
  socket.onopen = function () {
    socket.send(text);
    socket.send(new Uint8Array([0, 127, 128, 255]));
  };
  socket.onmessage = function (event) {
    var bytes;
    got += 1;
    if (got === 1) {
      if (event.data !== text) end('another text');
      return;
    }
    bytes = new Uint8Array(event.data);
    if (bytes.length !== 4 || bytes[1] !== 127 || bytes[2] !== 128 || bytes[3] !== 255) end('other bytes');
    window.used = socket.transport;
    socket.close(3001, 'bye');
  };
  socket.onclose = function (event) {
    if (event.code === 3001 && event.wasClean) end('done ' + window.used);
    else end('closed ' + event.code + ' after ' + got + '\\n' + window.steps());
  };
})();`;
