// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error in JScript
/*
 * Runs the scenario in a page with each of `libraries`: [{ name, global, value, face }]. The query
 * selects the cases: ?id=…&path=/stomp&tags=talk,large&beats=yes&millis=20000. Reports lines of
 * library, case and problem.
 */
(function (global) {
  var parameters = testPage.parameters;
  var lines = [];
  var jobs = [];
  var i;
  var k;
  for (i = 0; i < libraries.length; i += 1) {
    for (k = 0; k < stompScenario.cases.length; k += 1) {
      if (wanted(libraries[i], stompScenario.cases[k].tag)) jobs.push({ library: libraries[i], one: stompScenario.cases[k] });
    }
  }

  function has(tags, tag) {
    return (',' + tags + ',').indexOf(',' + tag + ',') >= 0;
  }

  function wanted(library, tag) {
    return has(parameters.tags, tag) && (!has('bytes,binary', tag) || has(library.tags, tag));
  }

  function step() {
    var job = jobs.shift();
    if (!job) return testPage.report(lines.join('\n'));
    // As if it were the page's only one: the shim looks for it by its name.
    global[job.library.global] = job.library.value;
    stompScenario.run({
      library: stompClients[job.library.face](job.library.value),
      url: 'ws://' + global.location.host + parameters.path,
      headers: { login: 'guest', passcode: 'guest' },
      prefix: parameters.id + '-' + jobs.length,
      beats: parameters.beats === 'yes',
      millis: +parameters.millis
    }, job.one, function (problem) {
      lines.push(job.library.name + '\t' + job.one.name + '\t' + (problem || ''));
      global.setTimeout(step, 0);
    });
  }

  global.setTimeout(step, 0);
})(this);
