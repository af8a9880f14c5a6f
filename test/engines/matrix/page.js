// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error there

// A row of the matrix: a few cases of the scenario over each transport of `?transports=`, and a line to the front for each that passed.
(function (global) {
  var query = global.location.search;
  var gateway = decodeURIComponent(/gateway=([^&]*)/.exec(query)[1]);
  var transports = decodeURIComponent(/transports=([^&]*)/.exec(query)[1]).split(',');
  var kinds = {
    'brings text back as it was sent': 'text',
    'carries all 256 octets': 'binary',
    'closes with a code and a reason that the server sees': 'close',
    'shows the code and the reason of the server\'s close': 'closed',
    'uses the transport under test': 'used'
  };
  var todo = [];
  var lines = [];
  var t, c;
  for (t = 0; t < transports.length; t += 1) {
    for (c = 0; c < conformance.cases.length; c += 1) {
      if (kinds.hasOwnProperty(conformance.cases[c].name)) todo.push({ transport: transports[t], which: conformance.cases[c] });
    }
  }

  function step() {
    var one = todo.shift();
    if (!one) return report();
    WebSocketShim.configure({ transports: one.transport });
    conformance.run({ url: gateway.replace(/^http/, 'ws') + '/upstream', transport: one.transport, millis: 10000 }, one.which, function (problem) {
      if (!problem) lines.push(one.transport + ' ' + kinds[one.which.name]);
      global.setTimeout(step, 0);
    });
  }

  function report() {
    var request = global.XMLHttpRequest ? new global.XMLHttpRequest() : new global.ActiveXObject('MSXML2.XMLHTTP.3.0');
    request.open('POST', global.location.protocol + '//' + global.location.host + '/_test/report?id=row', true);
    request.onreadystatechange = function () {
      if (request.readyState === 4) global.document.title = 'done';
    };
    request.send(lines.join('\n') || 'nothing');
  }

  global.setTimeout(step, 0);
})(this);
