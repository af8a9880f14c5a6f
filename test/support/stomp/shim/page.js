// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error in JScript
/*
 * Runs in a page with the shim, `libraries` and the scenarios. First each library runs the
 * scenarios by itself. Then it has a conversation with a server that cuts frames anywhere, for
 * which the shim finds and repairs it. Then it runs the scenarios again.
 */
(function (global) {
  var lines = [];
  var next = 0;

  function tell(what, name, results) {
    for (var i = 0; i < results.length; i += 1) lines.push(what + '\t' + name + '\t' + results[i]);
  }

  function step() {
    var library = libraries[next];
    var client;
    next += 1;
    if (!library) return testPage.report(lines.join('\n'));
    tell('before', library.name, stompScenarios(library.Stomp));
    global.Stomp = library.Stomp;
    client = library.Stomp.client('ws://' + global.location.host + '/odd?' + next);
    stompTalk(client, 15000, function (result) {
      if (result === 'same,same') client.disconnect();
      tell('talk', library.name, [result]);
      tell('after', library.name, stompScenarios(library.Stomp));
      global.setTimeout(step, 0);
    });
  }

  global.setTimeout(step, 0);
})(this);
