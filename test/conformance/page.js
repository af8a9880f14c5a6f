// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error there

// Runs the scenario in a page. The address says what: ?id=…&path=/echo&transport=xhr-polling&tags=local,echo&millis=8000&together=1
// With `ask=transports` or `ask=choice` it tells of the transports that there are, or of the one chosen, instead.
(function (global) {
  var parameters = {};
  // KHTML's has no question mark.
  var pairs = global.location.search.replace('?', '').split('&');
  var lines = [];
  var next = 0;
  var running = 0;
  var i;
  for (i = 0; i < pairs.length; i += 1) parameters[pairs[i].split('=')[0]] = decodeURIComponent(pairs[i].split('=')[1]);

  var environment = {
    url: (parameters.gateway || global.location.protocol + '//' + global.location.host).replace(/^http/, 'ws') + parameters.path,
    transport: parameters.transport,
    millis: +parameters.millis
  };

  function wanted(one) {
    var without = '|' + (parameters.without || '').split('+').join(' ') + '|';
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
        if (!running) report();
      }, 0);
    });
  }

  function report() {
    var request = global.XMLHttpRequest ? new global.XMLHttpRequest() : new global.ActiveXObject('MSXML2.XMLHTTP.3.0');
    // Absolute: outside of a real page MSXML does not know what an address is relative to.
    request.open('POST', global.location.protocol + '//' + global.location.host + '/_test/report?id=' + parameters.id, true);
    request.onreadystatechange = function () {
      if (request.readyState === 4) global.document.title = 'done';
    };
    request.send(lines.join('\n'));
  }

  if (parameters.ask) {
    ask[parameters.ask](environment.url, function (answer) {
      lines = [answer];
      report();
    });
    return;
  }
  // So many cases at a time.
  for (i = 0; i < (parameters.together || 1); i += 1) global.setTimeout(step, 0);
})(this);
