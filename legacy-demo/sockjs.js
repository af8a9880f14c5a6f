/*
 * Shows the state of the SockJS page, whose own code does not know about it. ECMAScript 3, like the
 * whole demo.
 */
(function () {
  var shown = '';

  function say(className, text) {
    if (text === shown) {
      return;
    }
    shown = text;
    Demo.element('state').className = 'says ' + className;
    Demo.write(Demo.element('state'), text);
  }

  /* Makes disabled buttons look disabled in engines without :disabled too. */
  function show(id, className) {
    var button = Demo.element(id);
    button.className = button.disabled ? 'off' : className;
  }

  function look() {
    var socket = stompClient && stompClient.ws;
    show('connect', 'main');
    show('disconnect', '');
    show('send', 'main');
    if (!socket) {
      say('', 'Not connected.');
    } else if (socket.readyState === SockJS.CONNECTING) {
      say('says-fair', 'Connecting…');
    } else if (socket.readyState === SockJS.OPEN) {
      say('says-good', 'Connected over ' + socket.transport + '.');
    } else {
      say('', 'Not connected: the last connection was closed.');
    }
  }

  if (typeof JSON === 'undefined') {
    say('says-bad', 'This browser has no JSON, which sockjs-client 1 and this page need.');
  } else if (typeof SockJS === 'undefined' || typeof Stomp === 'undefined') {
    say('says-bad', 'The scripts /vendor/sockjs.min.js and /vendor/stomp.js did not load.');
  } else {
    look();
    setInterval(look, 200);
  }
})();
