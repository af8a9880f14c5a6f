/* The console page: one socket, controlled by hand. */
(function () {
  var STATES = ['0 connecting', '1 open', '2 closing', '3 closed'];
  // The log is for reading. Old engines slow down with thousands of elements.
  var LOG_LINES = 500;
  // The log shows the start of a message, which may be megabytes long.
  var SHOWN_CHARACTERS = 2000;
  var SHOWN_BYTES = 256;

  var log = Demo.element('log');
  var select = Demo.element('transport');
  var socket = null;

  function note(className, text) {
    var line = Demo.make('div', '');
    line.appendChild(Demo.make('span', 'time', Demo.clock() + '  '));
    line.appendChild(Demo.make('span', className, text));
    log.appendChild(line);
    if (log.childNodes.length > LOG_LINES) {
      log.removeChild(log.firstChild);
    }
    log.scrollTop = log.scrollHeight;
  }

  function shown(data) {
    var bytes = Demo.bytesOf(data);
    if (!bytes) {
      return data.length > SHOWN_CHARACTERS
        ? data.substr(0, SHOWN_CHARACTERS) + '… (' + Demo.count(data.length) + ' characters)'
        : data;
    }
    return (
      '[' +
      Demo.count(bytes.length) +
      (bytes.length === 1 ? ' byte] ' : ' bytes] ') +
      Demo.hex(bytes.slice(0, SHOWN_BYTES)) +
      (bytes.length > SHOWN_BYTES ? ' …' : '')
    );
  }

  function show(id, text) {
    var element = Demo.element(id);
    // Only assigned when it has changed: this runs ten times a second, and assigning would clear
    // the user's selection.
    if (element.firstChild.nodeValue !== text) {
      element.firstChild.nodeValue = text;
    }
  }

  function enable(id, className, on) {
    var button = Demo.element(id);
    button.disabled = !on;
    button.className = on ? className : 'off';
  }

  function refresh() {
    var state = socket ? socket.readyState : 3;
    if (socket) {
      show('readyState', STATES[state]);
      show('socketTransport', Demo.transportOf(socket) || '–');
      show('bufferedAmount', Demo.count(socket.bufferedAmount));
      show('protocol', socket.protocol || '–');
      show('extensions', socket.extensions || '–');
    }
    enable('connect', 'main', state === 3);
    enable('close', '', state < 2);
    enable('sendText', 'main', state === 1);
    enable('sendHex', '', state === 1);
    enable('steps', '', !!socket);
  }

  function listOf(text) {
    var parts = text.split(',');
    var list = [];
    for (var i = 0; i < parts.length; i += 1) {
      if (Demo.trim(parts[i])) {
        list.push(Demo.trim(parts[i]));
      }
    }
    return list;
  }

  function listen(current) {
    function mine(handler) {
      return function (event) {
        if (socket === current) {
          handler(event);
        }
        refresh();
      };
    }
    current.onopen = mine(function () {
      note(
        'event',
        'open over ' +
          Demo.transportOf(current) +
          (current.protocol ? ', subprotocol ' + current.protocol : '')
      );
    });
    current.onmessage = mine(function (event) {
      note('in', '← ' + shown(event.data));
    });
    current.onerror = mine(function () {
      note('wrong', 'error');
    });
    current.onclose = mine(function (event) {
      note(
        event.wasClean ? 'event' : 'wrong',
        'close ' +
          event.code +
          (event.reason ? ' "' + event.reason + '"' : '') +
          (event.wasClean ? ', clean' : ', not clean')
      );
    });
  }

  function connect() {
    var url = Demo.trim(Demo.element('url').value);
    var protocols = listOf(Demo.element('protocols').value);
    try {
      Demo.choose(select.value);
      socket = new WebSocket(url, protocols);
    } catch (error) {
      note('wrong', error.name + ': ' + error.message);
      return;
    }
    socket.binaryType = 'arraybuffer';
    note('event', 'connecting to ' + url + (select.value ? ' over ' + select.value : ''));
    listen(socket);
    refresh();
  }

  function close() {
    var code = Demo.trim(Demo.element('code').value);
    var reason = Demo.element('reason').value;
    try {
      if (code) {
        socket.close(Number(code), reason);
      } else {
        socket.close();
      }
      note('event', 'closing');
    } catch (error) {
      note('wrong', error.name + ': ' + error.message);
    }
    refresh();
  }

  function send(data) {
    Demo.write(Demo.element('hint'), '');
    note('out', '→ ' + shown(data));
    socket.send(data);
    refresh();
  }

  function sendHex() {
    var bytes = Demo.parseHex(Demo.element('message').value);
    if (!bytes) {
      Demo.write(Demo.element('hint'), 'Two hexadecimal digits for each byte, such as 00 7f ff');
      return;
    }
    send(Demo.binary(bytes));
  }

  for (var i = 0; i < Demo.transports.length; i += 1) {
    select.options[select.options.length] = new Option(Demo.transports[i].name, Demo.transports[i].name);
  }
  Demo.element('url').value = Demo.address('/demo/echo');
  Demo.element('connect').onclick = connect;
  Demo.element('close').onclick = close;
  Demo.element('sendText').onclick = function () {
    send(Demo.element('message').value);
  };
  Demo.element('sendHex').onclick = sendHex;
  Demo.element('message').onkeypress = function (event) {
    if ((event || window.event).keyCode === 13 && socket && socket.readyState === 1) {
      send(Demo.element('message').value);
      return false;
    }
    return true;
  };
  Demo.element('clear').onclick = function () {
    log.innerHTML = '';
  };
  Demo.element('steps').onclick = function () {
    var steps = Demo.stepsOf(socket);
    for (var k = 0; k < steps.length; k += 1) {
      note('event', steps[k]);
    }
    if (!steps.length) {
      note('event', 'none: the browser connected by itself');
    }
  };
  if (!Demo.hasShim()) {
    note('wrong', 'The script /shim/websocket.min.js did not load. This is the browser’s own WebSocket.');
  }
  // Attributes also change between events: bufferedAmount falls, and the transport may change.
  setInterval(refresh, 100);
  refresh();
})();
