// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error there

// What the shim makes of an engine: by its public face alone.
var ask = {
  // Names of the transports that it has here, by what it says when it is allowed one only.
  transports: function (url, tell) {
    var names = [
      'websocket', 'websocket-session', 'eventsource', 'xhr-streaming', 'htmlfile', 'iframe-htmlfile', 'xdr-streaming',
      'xhr-polling', 'xdr-polling', 'jsonp-polling'
    ];
    var found = [];
    var i, socket, steps;
    for (i = 0; i < names.length; i += 1) {
      WebSocketShim.configure({ transports: names[i] });
      socket = new WebSocket(url);
      steps = socket.diagnostics;
      if (steps[steps.length - 1].what !== 'nothing else to try') found.push(names[i]);
      socket.close();
    }
    tell(found.join(','));
  },

  // The transport that it uses after it has used no other for a while, with messages back and forth
  // all the time.
  choice: function (url, tell) {
    var socket = new WebSocket(url);
    var rest = 0;
    var sent = 0;
    var received = 0;
    var transport;
    function look() {
      rest = transport && socket.transport === transport ? rest + 1 : 0;
      transport = socket.transport;
      if (socket.readyState === 1 && sent === received) {
        sent += 1;
        socket.send('message ' + sent);
      }
      if (rest < 16) setTimeout(look, 250);
      else tell(received ? transport : 'nothing received');
    }
    socket.onmessage = function () {
      received += 1;
    };
    setTimeout(look, 250);
  }
};
