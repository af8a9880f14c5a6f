// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error in JScript
/*
 * What a page does with a STOMP client, as cases for any library in `stompClients`. The global
 * `stompScenario` has
 *
 *   cases                          [{ name, tag, run }]
 *   run(environment, case, done)   calls done(null) or done('what was wrong'), once
 *
 * environment:
 *
 *   library   one of `stompClients`
 *   url       the address of the route
 *   headers   those of CONNECT
 *   prefix    the start of destinations that no other page uses
 *   beats     whether the transport has heart-beats
 *   millis    the time that a case may take
 *   ready()   called when the broker may be restarted
 *
 * tags:
 *
 *   talk      anything that carries STOMP
 *   large     400,000 characters
 *   bytes     bodies that are not text; null where the library has none
 *   over      brokers that close the connection after every ERROR, as STOMP 1.2 requires
 *   beats     takes twenty seconds
 *   restart   the broker is restarted after `ready`
 */
var stompScenario = (function (global) {
  /*
   * Milliseconds between heart-beats. Clients and brokers give up after twice that, which is longer
   * than a loaded machine keeps a page or a broker waiting.
   */
  var BEAT = 4000;
  /*
   * The shim gives up a native WebSocket that is not open within 1 to 3 s. A loaded machine may
   * take longer, so the page opens another one.
   */
  var TRIES = 5;
  var AGAIN = 500;
  var cases = [];
  var count = 0;

  function add(tag, name, run) {
    cases.push({ tag: tag, name: name, run: run });
  }

  function run(environment, one, done) {
    var clients = [];
    var over = false;
    var timer = global.setTimeout(function () { end('not done in ' + environment.millis + ' ms: ' + steps.join(', ')); }, environment.millis);
    var steps = [];

    function end(problem) {
      if (over) return;
      over = true;
      global.clearTimeout(timer);
      for (var i = 0; i < clients.length; i += 1) if (clients[i].open) clients[i].leave();
      done(problem || null);
    }

    /* Whatever a callback of the scenario throws is the case's own problem. */
    function guarded(act) {
      return function (a, b) {
        if (over) return;
        try {
          act(a, b);
        } catch (error) {
          end('threw ' + (error.message || error));
        }
      };
    }

    /*
     * Opens a client and calls connected(client, headers). An unexpected ERROR or the loss of the
     * connection ends the case.
     */
    function connect(connected, more) {
      var receipts = {};
      var tries = 0;
      var wasConnected = false;
      var client = { open: true, lines: [], onmessage: {}, leave: leave };
      more = more || {};
      function leave() {
        client.open = false;
        client.lib.disconnect();
      }
      clients.push(client);
      var options = {
        url: environment.url,
        beat: more.beat || 10000,
        binary: !!more.binary,
        connected: guarded(function (headers) {
          wasConnected = true;
          steps.push('connected');
          connected(client, headers);
        }),
        message: guarded(function (id, message) { steps.push('message'); client.onmessage[id](message); }),
        receipt: guarded(function (id) {
          steps.push('receipt');
          if (!receipts[id]) throw new Error('a receipt that nobody requested: ' + id);
          receipts[id]();
        }),
        failed: guarded(function (headers) {
          steps.push('ERROR');
          if (more.failed) more.failed(headers);
          else end('ERROR: ' + headers.message);
        }),
        lost: guarded(function () {
          var wasOpen = client.open;
          client.open = false;
          if (!wasConnected && wasOpen && tries < TRIES) {
            global.setTimeout(guarded(open), AGAIN);
            return;
          }
          steps.push('lost');
          if (more.lost) more.lost();
          else if (wasOpen) end('the connection was lost: ' + steps.join(', '));
        }),
        debug: function (line) { client.lines.push(String(line).substring(0, 8)); }
      };
      function open() {
        tries += 1;
        client.open = true;
        // Libraries write into it.
        options.headers = copy(environment.headers);
        client.lib = environment.library.open(options);
      }
      open();
      /* Headers that ask for a receipt, and what is done when it comes. */
      client.receipt = function (came, headers) {
        count += 1;
        headers = headers || {};
        headers.receipt = 'r' + count;
        receipts[headers.receipt] = came;
        return headers;
      };
      return client;
    }

    try {
      one.run({ environment: environment, connect: connect, end: end, steps: steps, fresh: fresh });
    } catch (error) {
      end('threw ' + (error.message || error));
    }

    function fresh(kind) {
      count += 1;
      return '/' + kind + '/' + environment.prefix + '-' + count;
    }
  }

  function copy(headers) {
    var made = {};
    for (var name in headers) made[name] = headers[name];
    return made;
  }

  /*
   * Text with everything that can be cut wrong: surrogate pairs at odd and even places, and LFs.
   */
  function text(length) {
    var piece = 'gr\u00fc\u00dfe \u20ac\n\ud83d\ude00 \ud83d\ude00\ud83d\ude00x';
    while (piece.length < length) piece += piece;
    piece = piece.substring(0, length);
    return (piece.charCodeAt(length - 1) & 0xfc00) === 0xd800 ? piece.substring(0, length - 1) + 'x' : piece;
  }

  function thereAndBack(test, length, more) {
    var body = text(length);
    test.connect(function (client) {
      var destination = test.fresh('queue');
      client.onmessage.s = function (message) {
        var got = message.body();
        test.end(got === body ? null : 'another text, of ' + got.length + ' for ' + length);
      };
      client.lib.subscribe(destination, 's', {});
      client.lib.send(destination, {}, body);
    }, more);
  }

  add('talk', 'learns of heart-beats when it is connected, and of none on a fallback', function (test) {
    test.connect(function (client, headers) {
      var offered = headers['heart-beat'];
      var right = test.environment.beats ? /^[0-9]+,[0-9]+$/.test(offered) && offered !== '0,0' : offered === '0,0';
      test.end(right ? null : 'heart-beat:' + offered);
    });
  });

  add('talk', 'brings 40,000 characters with emoji there and back', function (test) {
    thereAndBack(test, 40000);
  });

  add('large', 'brings 400,000 characters with emoji there and back', function (test) {
    thereAndBack(test, 400000);
  });

  add('bytes', 'carries bytes', function (test) {
    var bytes = [];
    for (var i = 0; i < 1024; i += 1) bytes.push(i * 7 % 256);
    test.connect(function (client) {
      var destination = test.fresh('queue');
      client.onmessage.s = function (message) {
        test.end(message.bytes().join() === bytes.join() ? null : 'other bytes');
      };
      client.lib.subscribe(destination, 's', {});
      client.lib.sendBytes(destination, { 'content-type': 'application/octet-stream' }, bytes);
    });
  });

  add('binary', 'sends its frames in binary messages', function (test) {
    thereAndBack(test, 40000, { binary: true });
  });

  add('talk', 'gets the receipts that it requested', function (test) {
    test.connect(function (client) {
      var destination = test.fresh('queue');
      var log = [];
      function tell(what) {
        log.push(what);
        if (log.length === 3) test.end(log.sort().join() === 'message,sent,subscribed' ? null : log.join());
      }
      client.onmessage.s = function () { tell('message'); };
      client.lib.subscribe(destination, 's', client.receipt(function () { tell('subscribed'); }));
      client.lib.send(destination, client.receipt(function () { tell('sent'); }), 'x');
    });
  });

  add('talk', 'acknowledges one message, and the other is given out again', function (test) {
    var destination = test.fresh('queue');
    test.connect(function (first) {
      var messages = [];
      first.onmessage.s = function (message) {
        messages.push(message);
        if (messages.length < 2) return;
        messages[0].ack();
        // What comes behind the ACK is answered when the ACK was heard.
        first.lib.send(test.fresh('topic'), first.receipt(function () {
          first.leave();
          test.connect(again);
        }), 'x');
      };
      first.lib.subscribe(destination, 's', { ack: 'client-individual' });
      first.lib.send(destination, {}, 'one');
      first.lib.send(destination, {}, 'two');
    });
    function again(second) {
      second.onmessage.s = function (message) {
        if (message.body() !== 'two') return test.end('got ' + message.body());
        message.ack();
        second.lib.send(test.fresh('topic'), second.receipt(function () { test.end(null); }), 'x');
      };
      second.lib.subscribe(destination, 's', { ack: 'client-individual' });
    }
  });

  add('talk', 'sends what is in a transaction when it is committed, and never when it is aborted', function (test) {
    test.connect(function (client) {
      var destination = test.fresh('queue');
      var bodies = [];
      client.onmessage.s = function (message) {
        bodies.push(message.body());
        if (message.body() === 'beside them') client.lib.commit('t1');
        if (message.body() === 'in it') client.lib.send(destination, {}, 'the end');
        if (message.body() === 'the end') test.end(bodies.join() === 'beside them,in it,the end' ? null : bodies.join());
      };
      client.lib.subscribe(destination, 's', {});
      client.lib.begin('t1');
      client.lib.send(destination, { transaction: 't1' }, 'in it');
      client.lib.begin('t2');
      client.lib.send(destination, { transaction: 't2' }, 'undone');
      client.lib.abort('t2');
      client.lib.send(destination, {}, 'beside them');
    });
  });

  add('talk', 'learns of an ERROR', function (test) {
    test.connect(function (client) {
      client.lib.commit('was-never-begun');
    }, {
      failed: function (headers) { test.end(headers.message ? null : 'no message'); },
      lost: function () { test.end('lost before ' + test.steps.join()); }
    });
  });

  add('over', 'learns of the end behind an ERROR', function (test) {
    test.connect(function (client) {
      client.lib.commit('was-never-begun');
    }, {
      failed: function () {},
      lost: function () { test.end(test.steps.join() === 'connected,ERROR,lost' ? null : test.steps.join()); }
    });
  });

  add('beats', 'beats and is beaten to, and is not given up', function (test) {
    test.connect(function (client) {
      var heard = 0;
      // ActiveMQ's first heart-beat comes after twice the time, just when clients give it up: the
      // first pause is filled.
      global.setTimeout(function () { client.lib.send(test.fresh('queue'), client.receipt(function () {}), 'x'); }, 1.5 * BEAT);
      var timer = global.setInterval(function () {
        var lines = ' ' + client.lines.join(' ');
        heard += 1;
        // Longer than any broker here waits for a client that promised to beat so often.
        if (heard < 5 || lines.split('<<< PON').length < 4 || lines.split('>>> PIN').length < 4) return;
        global.clearInterval(timer);
        client.lib.send(test.fresh('queue'), client.receipt(function () { test.end(null); }), 'x');
      }, BEAT);
    }, { beat: BEAT });
  });

  add('restart', 'comes back when the broker does', function (test) {
    var destination = test.fresh('queue');
    function attempt() {
      test.connect(function (client) {
        client.onmessage.s = function (message) { test.end(message.body() === 'back again' ? null : message.body()); };
        client.lib.subscribe(destination, 's', {});
        client.lib.send(destination, {}, 'back again');
      }, { lost: later, failed: function () {} });
    }
    function later() {
      global.setTimeout(attempt, 500);
    }
    test.connect(function () {
      test.environment.ready();
    }, { lost: later, failed: function () {} });
  });

  return { cases: cases, run: run };
})(this);
