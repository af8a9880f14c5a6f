// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error there

// Runs the scenario in a page. The address says what:
// ?id=…&path=/echo&transport=xhr-polling&tags=local,echo&millis=8000&together=1 With
// `ask=transports` or `ask=choice` it tells of the transports that there are, or of the one chosen,
// instead.
(function (global) {
  var parameters = testPage.parameters;
  var lines = [];
  var next = 0;
  var running = 0;
  var i;

  var environment = {
    url: (parameters.gateway || global.location.protocol + '//' + global.location.host).replace(/^http/, 'ws') + parameters.path,
    transport: parameters.transport,
    millis: +parameters.millis
  };

  function wanted(one) {
    var without = '|' + (parameters.without || '') + '|';
    return (',' + parameters.tags + ',').indexOf(',' + one.tag + ',') >= 0 && without.indexOf('|' + one.name + '|') < 0;
  }

  function step() {
    var one = conformance.cases[next];
    next += 1;
    if (!one) return;
    if (!wanted(one)) return step();
    running += 1;
    conformance.run(environment, one, function (problem) {
      lines.push((problem ? 'not ok ' : 'ok ') + one.name + (problem ? ' # ' + problem : ''));
      global.setTimeout(function () {
        running -= 1;
        step();
        if (!running) testPage.report(lines.join('\n'));
      }, 0);
    });
  }

  // Opens sockets until one has opened, so many at most: what a transport loads first is not under
  // test.
  function warmUp(tries, then) {
    var socket;
    if (!tries) return then();
    socket = new WebSocket(environment.url);
    socket.onopen = function () {
      socket.onclose = null;
      socket.close();
      then();
    };
    socket.onclose = function () {
      warmUp(tries - 1, then);
    };
  }

  if (parameters.ask) {
    ask[parameters.ask](environment.url, testPage.report);
    return;
  }
  warmUp(+parameters.warmUp || 0, function () {
    // So many cases at a time.
    for (i = 0; i < (parameters.together || 1); i += 1) global.setTimeout(step, 0);
  });
})(this);
