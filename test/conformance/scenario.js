// biome-ignore-all lint: ES3, run as it is in IE6's engine and in every other one
// biome-ignore-all format: a trailing comma would be a syntax error there

/*
 * What a page may expect of a WebSocket, as cases that run in any script engine. One global,
 * `conformance`:
 *
 *   conformance.cases                     [{ name, tag, run }]
 *   conformance.run(environment, case, done)   done(null) or done('what was wrong'), once
 *
 * environment: { url, transport, millis }: address of the route (ws://…), name of the transport
 * under test or null, and the time a case may take. Each case has a tag, so that a run can leave
 * out what a route cannot do:
 *
 *   local      needs no server at all
 *   lines      an echo server that takes lines of text only
 *   echo       any echo server
 *   commands   the server of test/support/servers/conformance-upstream.ts
 *   refuse     the same, where a handshake can be refused
 *   transport  asks the shim which transport it uses
 */
var conformance = (function (global) {
  var cases = [];

  function add(tag, name, run) {
    cases.push({ tag: tag, name: name, run: run });
  }

  // --- the engine's differences ---

  function binary(bytes) {
    var i, view;
    if (typeof global.Uint8Array === 'undefined') return new global.WebSocketShim.Bytes(bytes);
    view = new global.Uint8Array(bytes.length);
    for (i = 0; i < bytes.length; i += 1) view[i] = bytes[i];
    return view.buffer;
  }

  function bytesOf(data) {
    var list = [];
    var source = typeof global.Uint8Array === 'undefined' ? data.bytes : new global.Uint8Array(data);
    var i;
    for (i = 0; i < source.length; i += 1) list.push(source[i]);
    return list;
  }

  function repeat(text, times) {
    var whole = '';
    while (times > 0) {
      if (times % 2 === 1) whole += text;
      text += text;
      times = Math.floor(times / 2);
    }
    return whole;
  }

  function characters(from, to) {
    var list = [];
    var code;
    for (code = from; code <= to; code += 1) list.push(String.fromCharCode(code));
    return list.join('');
  }

  /** A short sight of a value, for messages. */
  function sight(value) {
    var text, i, out;
    if (typeof value !== 'string') return String(value);
    text = value.length > 40 ? value.substring(0, 40) : value;
    out = '';
    for (i = 0; i < text.length; i += 1) {
      out += text.charCodeAt(i) < 32 || text.charCodeAt(i) > 126 ? '\\u' + (65536 + text.charCodeAt(i)).toString(16).substring(1) : text.charAt(i);
    }
    return '"' + out + '"' + (value.length > 40 ? '… of ' + value.length : '');
  }

  /** What the shim says of its own steps. */
  function steps(socket) {
    var list = (socket && socket.diagnostics) || [];
    var lines = [];
    var i;
    if (typeof list === 'function') list = socket.diagnostics();
    for (i = 0; i < list.length; i += 1) lines.push(list[i].time + ' ' + list[i].transport + ' ' + list[i].what);
    return lines.join(', ');
  }

  // --- one run of one case ---

  function Trial(environment, done) {
    this.environment = environment;
    this.sockets = [];
    this.finish = done;
    this.over = false;
  }

  Trial.prototype.end = function (problem) {
    var i;
    if (this.over) return;
    this.over = true;
    global.clearTimeout(this.timer);
    for (i = 0; i < this.sockets.length; i += 1) {
      this.sockets[i].onopen = this.sockets[i].onmessage = this.sockets[i].onerror = this.sockets[i].onclose = null;
      try { this.sockets[i].close(); } catch (e) { /* it was closing */ }
    }
    this.finish(problem || null);
  };

  Trial.prototype.equal = function (actual, expected, what) {
    if (actual !== expected) this.end(what + ': ' + sight(actual) + ' instead of ' + sight(expected));
    return actual === expected;
  };

  /** A function of the page's that ends the trial when it throws. */
  Trial.prototype.guard = function (run) {
    var trial = this;
    return function (event) {
      if (trial.over) return;
      try { run(event); } catch (e) { trial.end('threw ' + (e.name || '') + ' ' + (e.message || e)); }
    };
  };

  /**
   * A socket to the route; `handlers` has open, message, error, close. What it does not have fails
   * the trial, but for open.
   */
  Trial.prototype.open = function (query, handlers, protocols) {
    var trial = this;
    var socket = protocols ? new global.WebSocket(this.environment.url + query, protocols) : new global.WebSocket(this.environment.url + query);
    this.sockets.push(socket);
    socket.binaryType = 'arraybuffer';
    socket.onopen = this.guard(handlers.open || function () {});
    socket.onmessage = this.guard(handlers.message || function (event) { trial.end('message ' + sight(event.data)); });
    socket.onerror = this.guard(handlers.error || function () {});
    socket.onclose = this.guard(handlers.close || function (event) { trial.end('close ' + event.code + ' ' + event.reason + ' before the end; ' + steps(socket)); });
    return socket;
  };

  Trial.prototype.throwsNamed = function (name, run) {
    try {
      run();
    } catch (e) {
      return this.equal(e.name, name, 'name of the exception');
    }
    this.end('no ' + name + ' was thrown');
    return false;
  };

  /** Sends all of them at once and expects each of them back, in order. */
  function echoes(values, same) {
    return function (trial) {
      var next = 0;
      var socket = trial.open('', {
        open: function () {
          var i;
          for (i = 0; i < values.length; i += 1) socket.send(values[i]);
        },
        message: function (event) {
          var problem = same(event.data, values[next]);
          if (problem) return trial.end('message ' + next + ' ' + problem);
          next += 1;
          if (next === values.length) trial.end();
        }
      });
    };
  }

  function sameText(actual, expected) {
    return actual === expected ? null : sight(actual) + ' instead of ' + sight(expected);
  }

  function echoesText(texts) {
    return echoes(texts, sameText);
  }

  function echoesBytes(lists) {
    return function (trial) {
      var values = [];
      var next = 0;
      var i;
      for (i = 0; i < lists.length; i += 1) values.push(binary(lists[i]));
      echoes(values, function (actual) {
        var expected = lists[next];
        var got;
        if (typeof actual === 'string') return 'is text';
        got = bytesOf(actual);
        next += 1;
        if (got.length !== expected.length) return got.length + ' bytes instead of ' + expected.length;
        return got.join() === expected.join() ? null : 'has other bytes';
      })(trial);
    };
  }

  function byteRange(length) {
    var list = [];
    var i;
    for (i = 0; i < length; i += 1) list.push((i * 7 + (i >> 8)) % 256);
    return list;
  }

  function all256() {
    var list = [];
    var i;
    for (i = 0; i < 256; i += 1) list.push(i);
    return list;
  }

  // --- text ---

  add('lines', 'brings text back as it was sent', echoesText(['hello', 'h\u00e9\u20ac']));
  add('lines', 'carries emoji', echoesText(['\ud83d\ude00 and \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67']));
  add('lines', 'carries 1 MiB of text', function (trial) { echoesText([repeat('0123456789abcdef', 65536)])(trial); });
  add('lines', 'keeps the order of 200 messages sent at once', function (trial) {
    var texts = [];
    var i;
    for (i = 0; i < 200; i += 1) texts.push('message ' + i);
    echoesText(texts)(trial);
  });
  add('lines', 'brings back 30 messages, each sent when the one before has come', function (trial) {
    var next = 0;
    var socket = trial.open('', {
      open: function () { socket.send('message 0'); },
      message: function (event) {
        if (!trial.equal(event.data, 'message ' + next, 'message')) return;
        next += 1;
        if (next === 30) trial.end();
        else socket.send('message ' + next);
      }
    });
  });
  add('echo', 'brings back binary messages, each sent when the one before has come', function (trial) {
    var next = 0;
    var socket = trial.open('', {
      open: function () { socket.send(binary([0, 255, 30])); },
      message: function (event) {
        if (!trial.equal(bytesOf(event.data).join(), next + ',255,30', 'message')) return;
        next += 1;
        if (next === 5) trial.end();
        else socket.send(binary([next, 255, 30]));
      }
    });
  });
  add('echo', 'carries empty messages, which are messages', echoesText(['', 'a', '', '']));
  add('echo', 'carries NUL', echoesText(['a\0b', '\0', '\0\0']));
  add('echo', 'carries every control character', echoesText([characters(0, 31) + '\x7f', '\r\n', '\n', '\r', '\x1e', '\x7f@']));
  add('echo', 'carries what breaks parsers: separators, byte order marks, noncharacters', echoesText(
    ['\u2028\u2029', '\ufeffa\ufeff', '\ufeff', '\ufffe\uffff', '\u0085\u00a0\u200b', '\ufdd0\ud83f\udffe', '</script><!--', 'data: x\n\n', '%00+&=;"\\\'']));
  add('echo', 'carries every character of the basic plane', function (trial) {
    echoesText([characters(0, 0xd7ff) + characters(0xe000, 0xffff)])(trial);
  });
  add('echo', 'makes U+FFFD of lone surrogates', function (trial) {
    var sent = ['\ud800', 'a\udfffb', '\udc00\ud800', '\ud83d\ude00\ud83d'];
    var expected = ['\ufffd', 'a\ufffdb', '\ufffd\ufffd', '\ud83d\ude00\ufffd'];
    var next = 0;
    echoes(sent, function (actual) {
      next += 1;
      return sameText(actual, expected[next - 1]);
    })(trial);
  });
  add('echo', 'turns what is no string and no binary data into a string', function (trial) {
    var next = 0;
    var expected = ['12', 'null', 'undefined', 'true', '1,2'];
    echoes([12, null, undefined, true, [1, 2]], function (actual) {
      next += 1;
      return sameText(actual, expected[next - 1]);
    })(trial);
  });

  // --- binary ---

  add('echo', 'carries all 256 bytes', function (trial) { echoesBytes([all256(), [0], [255], [13, 10]])(trial); });
  add('echo', 'carries an empty binary message', function (trial) { echoesBytes([[], [1], []])(trial); });
  add('echo', 'carries 1 MiB of binary data', function (trial) {
    echoesBytes([byteRange(typeof global.Uint8Array === 'undefined' ? 65536 : 1048576)])(trial);
  });
  add('echo', 'keeps text and binary messages in one order', function (trial) {
    var kinds = '';
    var socket = trial.open('', {
      open: function () {
        var i;
        for (i = 0; i < 20; i += 1) socket.send(i % 3 === 0 ? binary([i]) : 'x' + i);
      },
      message: function (event) {
        kinds += typeof event.data === 'string' ? 't' : 'b';
        if (kinds.length === 20 && trial.equal(kinds, 'bttbttbttbttbttbttbt', 'order')) trial.end();
      }
    });
  });
  add('echo', 'sends only the section that a view shows', function (trial) {
    if (typeof global.Uint8Array === 'undefined') return trial.end();
    var whole = new global.Uint8Array(10);
    var i;
    for (i = 0; i < 10; i += 1) whole[i] = i;
    var socket = trial.open('', {
      open: function () { socket.send(whole.subarray(3, 6)); },
      message: function (event) { if (trial.equal(bytesOf(event.data).join(), '3,4,5', 'bytes')) trial.end(); }
    });
  });
  add('echo', 'takes Blobs and gives Blobs, in order with the rest', function (trial) {
    var works = false;
    try { works = typeof global.FileReader !== 'undefined' && new global.Blob(['x']).size === 1; } catch (e) { /* no Blob constructor */ }
    if (!works) return trial.end();
    var first = true;
    var socket = trial.open('', {
      open: function () {
        socket.send(new global.Blob(['blob']));
        socket.send('text');
      },
      message: function (event) {
        if (!first) return trial.equal(event.data, 'text', 'second message') && trial.end();
        first = false;
        if (!trial.equal(event.data.size, 4, 'size of the Blob')) return;
        trial.equal(Object.prototype.toString.call(event.data), '[object Blob]', 'kind');
      }
    });
    trial.equal(new global.WebSocket(trial.environment.url).binaryType, 'blob', 'binaryType at first');
    socket.binaryType = 'blob';
  });

  // --- opening ---

  add('echo', 'goes through its states', function (trial) {
    var events = '';
    var socket = trial.open('', {
      open: function (event) {
        events += 'o' + socket.readyState;
        trial.equal(event.type, 'open', 'type');
        trial.equal(event.target, socket, 'target');
        trial.equal(socket.protocol, '', 'protocol');
        socket.send('x');
      },
      message: function (event) {
        events += 'm' + socket.readyState;
        trial.equal(event.type, 'message', 'type');
        trial.equal(event.origin, /^wss?:\/\/[^\/]*/.exec(trial.environment.url)[0], 'origin');
        socket.close();
        events += 'x' + socket.readyState;
      },
      error: function () { events += 'e'; },
      close: function (event) {
        events += 'c' + socket.readyState;
        trial.equal(event.type, 'close', 'type');
        global.setTimeout(trial.guard(function () { trial.equal(events, 'o1m1x2c3', 'events'); trial.end(); }), 50);
      }
    });
    trial.equal(socket.readyState, 0, 'readyState at first');
    trial.equal(socket.url, trial.environment.url, 'url');
    trial.equal(socket.bufferedAmount, 0, 'bufferedAmount at first');
    trial.equal(socket.extensions + socket.protocol, '', 'extensions and protocol at first');
  });
  add('commands', 'selects the subprotocol that the server selects', function (trial) {
    var socket = trial.open('', {
      open: function () { if (trial.equal(socket.protocol, 'superchat', 'protocol')) trial.end(); }
    }, ['chat', 'superchat']);
  });
  add('refuse', 'fails when the server selects none of the subprotocols', function (trial) {
    trial.open('?select=none', {
      open: function () { trial.end('opened'); },
      close: function (event) { if (trial.equal(event.code, 1006, 'code')) trial.end(); }
    }, ['chat']);
  });
  add('refuse', 'fails with 1006 and never opens when the handshake is refused', function (trial) {
    var events = '';
    var socket = trial.open('?refuse=403', {
      open: function () { trial.end('opened'); },
      error: function () { events += 'e'; },
      close: function (event) {
        trial.equal(event.code, 1006, 'code');
        trial.equal(event.reason, '', 'reason');
        trial.equal(event.wasClean, false, 'wasClean');
        trial.equal(socket.readyState, 3, 'readyState');
        // WebKit of 2011 has no error event here.
        trial.end();
      }
    });
  });
  add('commands', 'opens before the first message, however early it was sent', function (trial) {
    var events = '';
    trial.open('?greet=hello', {
      open: function () { events += 'o'; },
      message: function (event) { if (trial.equal(events + event.data, 'ohello', 'events')) trial.end(); }
    });
  });
  add('commands', 'passes the page\'s path and query on', function (trial) {
    var socket = trial.open('?a=1&b=%20%2F', {
      open: function () { socket.send('!url'); },
      message: function (event) { if (trial.equal(event.data.replace(/^[^?]*/, ''), '?a=1&b=%20%2F', 'query')) trial.end(); }
    });
  });

  // --- sending ---

  add('echo', 'counts what is sent in bufferedAmount, at once and in UTF-8 bytes, and counts it down', function (trial) {
    var texts = 0;
    var socket = trial.open('', {
      open: function () {
        socket.send('h\u00e9\u20ac\ud83d\ude00');
        trial.equal(socket.bufferedAmount, 10, 'after text');
        socket.send(binary([1, 2, 3]));
        trial.equal(socket.bufferedAmount, 13, 'after three bytes');
      },
      message: function () {
        texts += 1;
        if (texts === 2) poll();
      }
    });
    function poll() {
      if (trial.over) return;
      if (socket.bufferedAmount === 0) trial.end();
      else global.setTimeout(poll, 20);
    }
  });
  add('echo', 'counts what is sent after the close, and never less', function (trial) {
    var socket = trial.open('', {
      open: function () { socket.close(); socket.send('12345'); trial.equal(socket.bufferedAmount, 5, 'while closing'); },
      close: function () {
        socket.send('123');
        if (trial.equal(socket.bufferedAmount, 8, 'when closed')) trial.end();
      }
    });
  });
  add('commands', 'delivers everything that was sent before close()', function (trial) {
    var id = 'all-' + Math.random();
    var socket = trial.open('?id=' + id, {
      open: function () {
        var i;
        for (i = 0; i < 50; i += 1) socket.send('late ' + i);
        socket.close(4000, 'done');
      },
      message: function () {},
      close: function (event) {
        trial.equal(event.code, 4000, 'code');
        askServer(trial, '!seen ' + id, '50 late 49');
      }
    });
  });
  add('commands', 'receives 200 messages in order', function (trial) {
    var next = 0;
    var socket = trial.open('', {
      open: function () { socket.send('!burst 200'); },
      message: function (event) {
        if (!trial.equal(event.data, 'burst ' + next, 'message')) return;
        next += 1;
        if (next === 200) trial.end();
      }
    });
  });

  // --- closing ---

  function askServer(trial, command, expected) {
    var socket = trial.open('', {
      open: function () { socket.send(command); },
      message: function (event) { if (trial.equal(event.data, expected, 'the server saw')) trial.end(); }
    });
  }
  function closes(arguments_, code, reason, seen) {
    return function (trial) {
      var id = 'close-' + Math.random();
      var socket = trial.open('?id=' + id, {
        open: function () {
          if (arguments_.length === 0) socket.close();
          else if (arguments_.length === 1) socket.close(arguments_[0]);
          else socket.close(arguments_[0], arguments_[1]);
          trial.equal(socket.readyState, 2, 'readyState');
        },
        close: function (event) {
          trial.equal(event.code, code, 'code');
          trial.equal(event.reason, reason, 'reason');
          trial.equal(event.wasClean, true, 'wasClean');
          if (!trial.over) askServer(trial, '!closed ' + id, seen);
        }
      });
    };
  }
  add('commands', 'closes with a code and a reason that the server sees', closes([4001, 'bye'], 4001, 'bye', '4001 bye'));
  add('commands', 'closes with 1000 and a reason of 123 bytes', closes([1000, repeat('\u20ac', 41)], 1000, repeat('\u20ac', 41), '1000 ' + repeat('\u20ac', 41)));
  add('commands', 'closes without a code: both sides see 1005', closes([], 1005, '', '1005 '));

  function closedByServer(query, command, code, reason, wasClean) {
    return function (trial) {
      var opened = 0;
      var closed = 0;
      var socket = trial.open(query, {
        open: function () {
          opened += 1;
          if (command) socket.send(command);
        },
        close: function (event) {
          closed += 1;
          trial.equal(opened, 1, 'open events');
          trial.equal(event.code, code, 'code');
          trial.equal(event.reason, reason, 'reason');
          trial.equal(event.wasClean, wasClean, 'wasClean');
          trial.equal(socket.readyState, 3, 'readyState');
          global.setTimeout(trial.guard(function () { if (trial.equal(closed, 1, 'close events')) trial.end(); }), 30);
        }
      });
    };
  }
  add('commands', 'shows the code and the reason of the server\'s close', closedByServer('', '!close 4003 kicked', 4003, 'kicked', true));
  add('commands', 'shows a server\'s close that comes at once', closedByServer('?close=4003,kicked', '', 4003, 'kicked', true));
  add('commands', 'shows a server\'s close without a code as 1005', closedByServer('', '!close', 1005, '', true));
  add('commands', 'shows a server that is gone as 1006', closedByServer('', '!terminate', 1006, '', false));
  add('commands', 'shows what the server sent before its close', function (trial) {
    var texts = 0;
    var socket = trial.open('', {
      open: function () { socket.send('!burst-close 100 4004 after'); },
      message: function () { texts += 1; },
      close: function (event) { if (trial.equal(texts + ' ' + event.code, '100 4004', 'messages and code')) trial.end(); }
    });
  });
  add('commands', 'drops what comes after close()', function (trial) {
    var texts = 0;
    var socket = trial.open('', {
      open: function () { socket.send('!burst 50'); },
      message: function () {
        texts += 1;
        socket.close(4005);
      },
      close: function () { if (trial.equal(texts, 1, 'messages')) trial.end(); }
    });
  });
  add('echo', 'can be closed while it connects: 1006, and never open', function (trial) {
    var socket = trial.open('', {
      open: function () { trial.end('opened'); },
      close: function (event) {
        trial.equal(event.code, 1006, 'code');
        if (trial.equal(event.wasClean, false, 'wasClean')) trial.end();
      }
    });
    socket.close();
    trial.equal(socket.readyState, 2, 'readyState');
  });
  add('echo', 'takes a second close() as nothing', function (trial) {
    var socket = trial.open('', {
      open: function () { socket.close(4001, 'one'); socket.close(4002, 'two'); },
      close: function (event) {
        socket.close();
        if (trial.equal(event.code !== 4002, true, 'the first one counts')) trial.end();
      }
    });
  });

  // --- the interface ---

  add('local', 'has its constants on the constructor and on sockets', function (trial) {
    var names = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'];
    var socket = trial.open('', { close: function () {} });
    var i;
    for (i = 0; i < 4; i += 1) {
      trial.equal(global.WebSocket[names[i]], i, names[i]);
      trial.equal(socket[names[i]], i, names[i] + ' of a socket');
    }
    trial.end();
  });
  add('local', 'throws a SyntaxError for what is no WebSocket address', function (trial) {
    var wrong = ['ws://', 'ftp://127.0.0.1/', trial.environment.url + '#part', trial.environment.url + '#'];
    var i;
    for (i = 0; i < wrong.length; i += 1) {
      if (!trial.throwsNamed('SyntaxError', connect(wrong[i]))) return;
    }
    trial.end();
    function connect(url) { return function () { return new global.WebSocket(url); }; }
  });
  add('local', 'throws a SyntaxError for bad and repeated subprotocols', function (trial) {
    var wrong = ['', 'a b', 'a,b', '\u00e9', ['a', 'a'], ['a', 'b\n']];
    var i;
    for (i = 0; i < wrong.length; i += 1) {
      if (!trial.throwsNamed('SyntaxError', connect(wrong[i]))) return;
    }
    trial.end();
    function connect(protocols) { return function () { return new global.WebSocket(trial.environment.url, protocols); }; }
  });
  add('local', 'throws a TypeError when called without an address', function (trial) {
    if (trial.throwsNamed('TypeError', function () { return new global.WebSocket(); })) trial.end();
  });
  add('local', 'throws an InvalidStateError for send() while it connects', function (trial) {
    var socket = trial.open('', { close: function () {} });
    if (trial.throwsNamed('InvalidStateError', function () { socket.send('x'); })) trial.end();
  });
  add('local', 'throws an InvalidAccessError for codes that a page may not use', function (trial) {
    var socket = trial.open('', { close: function () {} });
    var wrong = [1001, 1005, 1006, 999, 2999, 5000, 0, 65536 + 1000];
    var i;
    for (i = 0; i < wrong.length; i += 1) {
      if (!trial.throwsNamed('InvalidAccessError', close(wrong[i]))) return;
    }
    trial.end();
    function close(code) { return function () { socket.close(code); }; }
  });
  add('local', 'throws a SyntaxError for a reason of more than 123 bytes', function (trial) {
    var socket = trial.open('', { close: function () {} });
    if (trial.throwsNamed('SyntaxError', function () { socket.close(1000, repeat('\u00e9', 62)); })) trial.end();
  });
  add('local', 'ignores a binaryType that it does not know', function (trial) {
    var socket = trial.open('', { close: function () {} });
    socket.binaryType = 'text';
    if (trial.equal(socket.binaryType, 'arraybuffer', 'binaryType')) trial.end();
  });
  add('echo', 'tells listeners in the order in which they were added, once each', function (trial) {
    var order = '';
    var socket = trial.open('', {
      open: function () { order += '1'; },
      message: function () { if (trial.equal(order, '1234', 'order')) trial.end(); }
    });
    function second() { order += '2'; }
    function removed() { order += 'x'; }
    socket.addEventListener('open', second, false);
    socket.addEventListener('open', second, false);
    socket.addEventListener('open', removed, false);
    socket.addEventListener('open', { handleEvent: function () { order += '3'; } }, false);
    socket.addEventListener('open', function () { order += '4'; socket.send('x'); }, false);
    socket.removeEventListener('open', removed, false);
  });
  add('transport', 'uses the transport under test', function (trial) {
    var socket = trial.open('', {
      open: function () { socket.send('x'); },
      message: function () { poll(); }
    });
    function poll() {
      if (trial.over) return;
      if (socket.transport === trial.environment.transport) trial.end();
      else global.setTimeout(poll, 20);
    }
  });

  return {
    cases: cases,
    run: function (environment, which, done) {
      var trial = new Trial(environment, done);
      trial.timer = global.setTimeout(function () {
        var socket = trial.sockets[0];
        trial.end('not done in ' + environment.millis + ' ms; readyState ' + (socket && socket.readyState) + '; ' + steps(socket));
      }, environment.millis);
      trial.guard(function () { which.run(trial); })();
    }
  };
})(this);
