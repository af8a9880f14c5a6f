// biome-ignore-all lint: runs inside PhantomJS 1.9, which is ES5 without much of it
// A conversation over the engine's own WebSocket; `?path` is the route, `?talk` what is said. One
// line is reported for each thing that happened.
(function () {
  var query = testPage.parameters;
  var lines = [];
  var url = 'ws://' + location.host + query.path;
  var sockets = 0;

  function tell(line) {
    lines.push(line);
  }

  function finish() {
    testPage.report(lines.join('\n'));
  }

  function repeat(text, doublings) {
    for (var i = 0; i < doublings; i++) text += text;
    return text;
  }

  /** Opens a socket; `talk.heard` gets each message, `talk.then` is called at its end. */
  function open(protocol, talk) {
    var address = url + '?id=' + query.id + (sockets++ || '');
    var socket = protocol === undefined ? new WebSocket(address) : new WebSocket(address, protocol);
    socket.onopen = function () {
      tell('open');
      talk.begin(socket);
    };
    socket.onmessage = function (event) {
      talk.heard(event.data, socket);
    };
    socket.onerror = function () {
      tell('error');
    };
    // WebKit of 2011 tells nothing with it.
    socket.onclose = function () {
      tell('close');
      talk.then();
    };
  }

  /** Everything that is sent comes back, in its order. */
  function echo(protocol, last, then) {
    var texts = [
      'hello',
      '',
      'NUL \u0000 and \u001e',
      'gr\u00fc\u00dfe \u20ac \ud83d\ude00',
      repeat('16 bytes of text ', 16),
    ];
    for (var i = 0; i < 100; i++) texts.push('message ' + i);
    var at = 0;
    open(protocol, {
      begin: function (socket) {
        for (var i = 0; i < texts.length; i++) socket.send(texts[i]);
      },
      heard: function (text, socket) {
        if (at === texts.length) return last(socket, text);
        if (text !== texts[at]) tell('wrong ' + at);
        at++;
        if (at < texts.length) return;
        tell('echoed ' + at);
        last(socket);
      },
      then: then,
    });
  }

  function closeHere(socket) {
    socket.close();
  }

  /** Asks how the first socket was closed, and to be closed from there. */
  function askForClose(socket, answer) {
    if (answer === undefined) return socket.send('!closed ' + query.id);
    tell('the first ended with ' + answer);
    socket.send('!close 4001 bye');
  }

  var talks = {
    echo: function () {
      echo(undefined, closeHere, function () {
        echo('chat', closeHere, finish);
      });
    },
    commands: function () {
      echo(undefined, closeHere, function () {
        echo(undefined, askForClose, finish);
      });
    },
    stomp: function () {
      open(['v10.stomp', 'v11.stomp', 'v12.stomp'], {
        begin: function (socket) {
          socket.send('CONNECT\naccept-version:1.2\nhost:h\n\n\0');
        },
        heard: function (text, socket) {
          tell(text.split('\n')[0]);
          if (text.indexOf('CONNECTED') === 0) {
            socket.send('SUBSCRIBE\nid:0\ndestination:/topic/a\nreceipt:1\n\n\0');
          } else if (text.indexOf('receipt-id:1') > 0) {
            socket.send('SEND\ndestination:/topic/a\n\ngr\u00fc\u00dfe \ud83d\ude00\0');
          } else if (text.indexOf('MESSAGE') === 0) {
            tell(text.split('\n\n')[1]);
            socket.send('DISCONNECT\nreceipt:2\n\n\0');
          }
        },
        then: finish,
      });
    },
  };

  tell('binaryType' in WebSocket.prototype ? 'a WebSocket of the RFC' : 'a WebSocket of a draft');
  talks[query.talk]();
})();
