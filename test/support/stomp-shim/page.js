// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error in JScript
/*
 * In a page with the shim, `libraries` and the scenarios: what each library does by itself, then a conversation with a server that
 * cuts frames anywhere, for which the shim finds and repairs the library, then the scenarios again.
 */
(function (global) {
  var lines = [];
  var pairs = ['\ud83d\ude00', '\u00e9', '\n'];
  var next = 0;

  function tell(what, name, results) {
    for (var i = 0; i < results.length; i += 1) lines.push(what + '\t' + name + '\t' + results[i]);
  }

  function body() {
    var parts = [];
    for (var i = 0; i < 6000; i += 1) parts.push(pairs[i % 3], pairs[0]);
    return parts.join('');
  }

  function step() {
    var library = libraries[next];
    next += 1;
    if (!library) return report();
    tell('before', library.name, stompScenarios(library.Stomp));
    global.Stomp = library.Stomp;
    talk(library.Stomp, function (result) {
      tell('talk', library.name, [result]);
      tell('after', library.name, stompScenarios(library.Stomp));
      global.setTimeout(step, 0);
    });
  }

  function talk(Stomp, done) {
    var sent = body();
    var got = [];
    var client = Stomp.client('ws://' + global.location.host + '/odd?' + next);
    var timer = global.setTimeout(function () { end('nothing more after ' + got.length); }, 15000);
    function end(result) {
      global.clearTimeout(timer);
      if (end.ed) return;
      end.ed = true;
      done(result);
    }
    client.debug = function () {};
    client.connect({}, function () {
      client.subscribe('/d', function (frame) {
        got.push(frame.body === sent ? 'same' : 'other, of ' + frame.body.length + ' for ' + sent.length);
        if (got.length < 2) return;
        client.disconnect();
        end(got.join());
      });
      client.send('/d', {}, sent);
      client.send('/d', {}, sent);
    }, function (error) { end('failed: ' + error); });
  }

  function report() {
    var request = global.XMLHttpRequest ? new global.XMLHttpRequest() : new global.ActiveXObject('MSXML2.XMLHTTP.3.0');
    // Absolute: outside of a real page MSXML does not know what an address is relative to.
    request.open('POST', global.location.protocol + '//' + global.location.host + '/_test/report?id=' + global.location.search.substring(1), true);
    request.onreadystatechange = function () {
      if (request.readyState === 4) global.document.title = 'done';
    };
    request.send(lines.join('\n'));
  }

  global.setTimeout(step, 0);
})(this);
