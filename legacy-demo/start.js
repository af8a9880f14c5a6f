/* The start page: one line on what this browser does, and this server's address in the example. */
(function () {
  var state = Demo.element('state');
  var started = Demo.now();
  var opened = 0;
  var messages = 0;

  function say(className, text) {
    state.className = 'says ' + className;
    Demo.write(state, text);
  }

  function fill(className, text) {
    var spans = document.getElementsByTagName('span');
    for (var i = 0; i < spans.length; i += 1) {
      if (spans[i].className === className) {
        Demo.write(spans[i], text);
      }
    }
  }

  fill('origin', window.location.protocol + '//' + window.location.host);
  fill('ws', Demo.address(''));

  if (!Demo.hasShim()) {
    say('says-bad', 'The script /shim/websocket.min.js did not load, so this browser could not be tested.');
    return;
  }
  var own = Demo.hasNative() ? 'has a native WebSocket' : 'has no native WebSocket';
  var socket = new WebSocket(Demo.address('/demo/echo'));
  socket.onopen = function () {
    opened = Demo.now() - started;
    socket.send('hello');
  };
  socket.onmessage = function () {
    messages += 1;
    // A fallback opens on the most reliable transport and then moves to a better one. Wait a moment
    // before showing its name.
    setTimeout(
      function () {
        say(
          'says-good',
          'This browser ' +
            own +
            '; it is connected over ' +
            Demo.transportOf(socket) +
            ', opened in ' +
            Demo.duration(opened) +
            '.'
        );
        socket.close();
      },
      Demo.transportOf(socket) === 'websocket' ? 0 : 1500
    );
  };
  socket.onclose = function (event) {
    if (!messages) {
      say(
        'says-bad',
        'This browser ' +
          own +
          '; it could not connect to this server (close code ' +
          event.code +
          '). The laboratory shows why.'
      );
    }
  };
})();
