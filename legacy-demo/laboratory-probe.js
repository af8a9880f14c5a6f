/*
 * Measures one transport: opens a socket over it, makes echo round trips one by one, sends a burst
 * of messages, echoes all 256 byte values, and closes. Every step has a deadline, so a network that
 * drops data costs seconds and does not stop the page.
 */
var Laboratory = {};

/** Limits of a measurement in milliseconds, or counts. */
Laboratory.limits = {
  open: 10000,
  /** How long a socket may take to switch to the selected transport. */
  settle: 6000,
  /** How long to wait for the shim to switch to a better transport when it chooses by itself. */
  choose: 2500,
  trips: 20,
  tripsTime: 4000,
  trip: 8000,
  window: 25,
  burstTime: 600,
  burstMessages: 2000,
  burst: 8000,
  binary: 5000,
  close: 4000
};

/**
 * The route that is measured. Only the demo's own is known to send back what it gets: to another
 * one nothing is sent, unless the address of the page says that it is an echo, too.
 */
Laboratory.target = function (search) {
  var route = /[?&]route=([^&]+)/.exec(search);
  var path = route ? decodeURIComponent(route[1]) : '/demo/echo';
  return { path: path, echoes: path === '/demo/echo' || /[?&]echo=1(&|$)/.test(search) };
};

/** A message of about 100 bytes, the size of most applications' messages. */
Laboratory.filler =
  ' a message of about one hundred bytes, which is what most applications send, come and go ....';

/**
 * Measures the transport `name`, or the shim's own choice if the name is empty. `onStep(text)`
 * reports the current step. `onDone(result)` is called once, after `measure` has returned. A result
 * has these properties:
 *
 *   name, state ('works', 'held', 'failed'), reason,
 *   openTime, openedOn, endedOn, trips, median, worst, rate,
 *   binary (true, false, or null if the test was not reached), clean, steps
 */
Laboratory.measure = function (name, onStep, onDone) {
  var limits = Laboratory.limits;
  var result = {
    name: name,
    state: 'failed',
    reason: '',
    openTime: null,
    openedOn: '',
    endedOn: '',
    trips: [],
    median: null,
    worst: null,
    rate: null,
    binary: null,
    clean: false,
    steps: []
  };
  var target = Laboratory.target(window.location.search);
  var started = Demo.now();
  var deadline = null;
  var done = false;
  var socket = null;
  var onMessage = null;
  var onClosed = null;

  function finish() {
    if (done) {
      return;
    }
    done = true;
    clearTimeout(deadline);
    result.endedOn = result.endedOn || Demo.transportOf(socket);
    result.steps = Demo.stepsOf(socket);
    result.median = Laboratory.median(result.trips);
    result.worst = Laboratory.worst(result.trips);
    socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
    if (socket.readyState < 2) {
      socket.close();
    }
    onDone(result);
  }

  function fail(reason) {
    result.state = 'failed';
    result.reason = reason;
    finish();
  }

  function held(reason) {
    result.state = 'held';
    result.reason = reason;
    finish();
  }

  function phase(text, ms, onLate) {
    clearTimeout(deadline);
    onStep(text);
    deadline = setTimeout(onLate, ms);
  }

  function late(what, ms) {
    return function () {
      fail(what + ' within ' + Demo.duration(ms));
    };
  }

  function open() {
    phase('opening', limits.open, late('did not open', limits.open));
    socket.onopen = function () {
      result.openTime = Demo.now() - started;
      result.openedOn = Demo.transportOf(socket);
      settle();
    };
    socket.onmessage = function (event) {
      if (onMessage) {
        onMessage(event.data);
      }
    };
    socket.onclose = function (event) {
      if (onClosed) {
        onClosed(event);
        return;
      }
      if (result.openTime !== null) {
        fail('closed unexpectedly with code ' + event.code + (event.reason ? ', ' + event.reason : ''));
      } else if (wasHeldBack()) {
        held('the gateway answered, but nothing of the stream arrived');
      } else {
        fail('could not connect');
      }
    };
  }

  // A socket that may use streams alone does not open before one of them has brought something.
  function wasHeldBack() {
    var steps = Demo.stepsOf(socket);
    for (var i = 0; i < steps.length; i += 1) {
      if (/: held back$/.test(steps[i])) {
        return true;
      }
    }
    return false;
  }

  // A fallback opens with one short request and may switch to a better transport later. The
  // measurement is of the selected transport, so wait for the switch.
  function settle() {
    var until = Demo.now() + (name ? limits.settle : limits.choose);
    function look() {
      var now = Demo.transportOf(socket);
      if (done) {
        return;
      }
      if (name ? now === name : now === 'websocket' || now !== result.openedOn) {
        measureOpen();
        return;
      }
      if (Demo.now() > until) {
        if (name) {
          held('connected, but never switched to it');
          return;
        }
        measureOpen();
        return;
      }
      setTimeout(look, 20);
    }
    phase(name ? 'waiting for the switch' : 'waiting for a better one', limits.settle + 2000, finish);
    look();
  }

  function measureOpen() {
    if (target.echoes) {
      echoes();
      return;
    }
    result.reason = 'opened and closed; nothing was sent';
    close();
  }

  function echoes() {
    var sent = 0;
    var text = '';
    var until = Demo.now() + limits.tripsTime;
    // The first round trip is not counted, because it includes running this page's code for the
    // first time.
    var first = true;
    function next() {
      if (result.trips.length === limits.trips || (result.trips.length && Demo.now() > until)) {
        burst();
        return;
      }
      phase('round trip ' + (result.trips.length + 1) + ' of ' + limits.trips, limits.trip, silent);
      text = 'trip ' + result.trips.length + Laboratory.filler;
      sent = Demo.now();
      socket.send(text);
    }
    // A socket that opens and then stays silent usually means that a proxy buffers the stream.
    function silent() {
      if (!first) {
        fail('no answer within ' + Demo.duration(limits.trip));
      } else {
        held('connected, but nothing arrived within ' + Demo.duration(limits.trip));
      }
    }
    onMessage = function (data) {
      var ms = Demo.now() - sent;
      if (data !== text) {
        fail('a message came back changed');
        return;
      }
      if (!first) {
        result.trips.push(ms);
      }
      first = false;
      next();
    };
    next();
  }

  function burst() {
    var from = Demo.now();
    var sent = 0;
    var received = 0;
    function send() {
      socket.send('burst ' + sent + Laboratory.filler);
      sent += 1;
    }
    phase('burst', limits.burst, late('a burst of messages did not come back', limits.burst));
    onMessage = function (data) {
      if (data !== 'burst ' + received + Laboratory.filler) {
        fail('a message of the burst was lost, duplicated or out of order');
        return;
      }
      received += 1;
      if (sent < limits.burstMessages && Demo.now() - from < limits.burstTime) {
        send();
      }
      if (received === sent) {
        // A clock with a resolution of 1 ms may not have advanced.
        result.rate = (1000 * received) / Math.max(1, Demo.now() - from);
        binary();
      }
    };
    while (sent < limits.window) {
      send();
    }
  }

  function binary() {
    var bytes = [];
    for (var i = 0; i < 256; i += 1) {
      bytes.push(i);
    }
    function settled(passed) {
      result.binary = passed;
      close();
    }
    phase('bytes', limits.binary, function () {
      settled(false);
    });
    onMessage = function (data) {
      var back = Demo.bytesOf(data);
      settled(!!back && Demo.hex(back) === Demo.hex(bytes));
    };
    try {
      socket.binaryType = 'arraybuffer';
      socket.send(Demo.binary(bytes));
    } catch (_) {
      settled(false);
    }
  }

  function close() {
    result.endedOn = Demo.transportOf(socket);
    result.state = 'works';
    onMessage = null;
    onClosed = function (event) {
      result.clean = event.wasClean;
      finish();
    };
    phase('closing', limits.close, finish);
    socket.close(1000, 'measured');
  }

  setTimeout(function () {
    try {
      Demo.choose(name);
      socket = new WebSocket(Demo.address(target.path));
    } catch (error) {
      done = true;
      result.reason = error.message;
      onDone(result);
      return;
    }
    open();
  }, 0);
};

Laboratory.median = function (times) {
  if (!times.length) {
    return null;
  }
  var sorted = times.slice(0).sort(function (a, b) {
    return a - b;
  });
  var middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

Laboratory.worst = function (times) {
  var worst = null;
  for (var i = 0; i < times.length; i += 1) {
    worst = worst === null || times[i] > worst ? times[i] : worst;
  }
  return worst;
};
