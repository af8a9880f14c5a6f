/*
 * The page with many tabs. Written in ECMAScript 3. All tabs subscribe to one topic of the demo's
 * STOMP broker; the few frames for that are written by hand. The table of all tabs is only for the
 * show: each tab writes its line into localStorage, and the shim shares nothing.
 */
(function () {
  var PREFIX = 'demo tab ';
  /** Milliseconds after which a line without news is of a tab that was closed. */
  var GONE = 90000;
  var name = String(Math.floor(Math.random() * 9000) + 1000);
  var last = 'none';
  var state = 'connecting';
  var named = /[?&]transport=([\w-]+)/.exec(window.location.search);

  WebSocketShim.configure({
    transports: [named ? named[1] : 'eventsource', 'xhr-streaming', 'xhr-polling', 'jsonp-polling']
  });
  var socket = new WebSocket(Demo.address('/demo/stomp'));

  socket.onopen = function () {
    socket.send('CONNECT\naccept-version:1.1\nheart-beat:0,0\n\n\0');
    socket.send('SUBSCRIBE\nid:0\ndestination:/topic/tabs\n\n\0');
    state = 'open';
    show();
  };

  socket.onmessage = function (event) {
    var text = /^MESSAGE\n[\s\S]*?\n\n([^\0]*)/.exec(event.data);
    if (text) {
      last = text[1] + ', received ' + time();
      show();
    }
  };

  socket.onclose = function (event) {
    state = 'closed ' + event.code;
    show();
  };

  Demo.element('send').onclick = function () {
    if (socket.readyState === 1) {
      socket.send('SEND\ndestination:/topic/tabs\n\nfrom tab ' + name + ', sent ' + time() + '\0');
    }
  };

  function time() {
    var now = new Date();
    function two(number) {
      return (number < 10 ? '0' : '') + number;
    }
    return two(now.getHours()) + ':' + two(now.getMinutes()) + ':' + two(now.getSeconds());
  }

  /** The transport and whether the tab rests, by the last step that says so. */
  function current() {
    var steps = socket.diagnostics;
    for (var at = steps.length - 1; at >= 0 && state === 'open'; at -= 1) {
      if (/^(works|rests)$/.test(steps[at].what)) {
        return steps[at].what === 'rests' ? 'rests' : 'holds its connection';
      }
    }
    return state;
  }

  function show() {
    var doing = current();
    Demo.write(Demo.element('name'), name);
    Demo.write(Demo.element('transport'), socket.transport || 'none');
    Demo.write(Demo.element('now'), doing);
    Demo.write(Demo.element('last'), last);
    Demo.write(Demo.element('steps'), Demo.stepsOf(socket).join('\n'));
    document.title = name + ': ' + doing;
    share([name, socket.transport || 'none', doing, last]);
  }

  /** Writes the line of this tab, and reads those of all. */
  function share(line) {
    var storage;
    try {
      storage = window.localStorage;
      storage.setItem(PREFIX + name, new Date().getTime() + '|' + line.join('|'));
    } catch (error) {
      // Before IE 8, or where the user forbids it.
      return;
    }
    var rows = [];
    for (var at = storage.length - 1; at >= 0; at -= 1) {
      var key = storage.key(at);
      if (key && key.slice(0, PREFIX.length) === PREFIX) {
        var cells = String(storage.getItem(key)).split('|');
        if (new Date().getTime() - Number(cells[0]) > GONE) {
          storage.removeItem(key);
        } else {
          rows.push(cells.slice(1));
        }
      }
    }
    rows.sort();
    var table = Demo.make('table', 'data');
    var body = table.appendChild(document.createElement('tbody'));
    row(body, 'th', ['tab', 'transport', 'state', 'last message']);
    for (var one = 0; one < rows.length; one += 1) {
      row(body, 'td', rows[one]);
    }
    var all = Demo.element('all');
    while (all.firstChild) {
      all.removeChild(all.firstChild);
    }
    all.appendChild(table);
  }

  function row(body, tag, cells) {
    var line = body.appendChild(document.createElement('tr'));
    for (var at = 0; at < cells.length; at += 1) {
      line.appendChild(Demo.make(tag, '', cells[at]));
    }
  }

  window.setInterval(show, 1000);
  show();
})();
