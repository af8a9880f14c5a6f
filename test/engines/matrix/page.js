// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error there

// A row of the matrix: a few cases of the scenario over each transport of `?transports=`, and a
// line to the front for each that passed.
(function (global) {
  var gateway = testPage.parameters.gateway;
  var transports = testPage.parameters.transports.split(',');
  var kinds = {
    'brings text back as it was sent': 'text',
    'carries all 256 bytes': 'binary',
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
    if (!one) return testPage.report(lines.join('\n') || 'nothing');
    WebSocketShim.configure({ transports: one.transport });
    conformance.run({ url: gateway.replace(/^http/, 'ws') + '/upstream', transport: one.transport, millis: 10000 }, one.which, function (problem) {
      if (!problem) lines.push(one.transport + ' ' + kinds[one.which.name]);
      global.setTimeout(step, 0);
    });
  }

  global.setTimeout(step, 0);
})(this);
