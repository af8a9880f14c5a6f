// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error in JScript
/*
 * In a page with the shim, sockjs-client and `libraries`: a conversation of each library over a SockJS with a server that cuts frames anywhere, by itself, and again when the
 * shim was told of it.
 */
(function (global) {
  var lines = [];
  var jobs = [];
  var i;
  for (i = 0; i < libraries.length; i += 1) jobs.push([libraries[i], 'before'], [libraries[i], 'after']);

  function body() {
    var parts = [];
    for (var i = 0; i < 6000; i += 1) parts.push('\ud83d\ude00', ['\ud83d\ude00', '\u00e9', '\n'][i % 3]);
    return parts.join('');
  }

  function step() {
    var job = jobs.shift();
    if (!job) return report();
    var library = job[0];
    lines.push('split\t' + library.name + '\t' + '\0'.split(/\0\n*/).length);
    if (job[1] === 'after') lines.push('repaired\t' + library.name + '\t' + WebSocketShim.installStompFix(library.Stomp).join());
    talk(library.Stomp, job[1] === 'after' ? 20000 : 4000, function (result) {
      lines.push(job[1] + '\t' + library.name + '\t' + result);
      global.setTimeout(step, 0);
    });
  }

  function talk(Stomp, millis, done) {
    var sent = body();
    var got = [];
    var over = false;
    var socket = new SockJS('/odd', null, { transports: ['xhr-polling'] });
    var client = Stomp.over(socket);
    var timer = global.setTimeout(function () { end('nothing more after ' + got.length); }, millis);
    function end(result) {
      if (over) return;
      over = true;
      global.clearTimeout(timer);
      socket.close();
      done(result);
    }
    client.debug = function () {};
    client.connect({}, function () {
      client.subscribe('/d', function (frame) {
        got.push(frame.body === sent ? 'same' : 'other');
        if (got.length === 2) end(got.join());
      });
      // Wine's encodeURI, by which the libraries count octets, throws at a pair of surrogates.
      try {
        client.send('/d', {}, sent);
        client.send('/d', {}, sent);
      } catch (error) {
        end('threw ' + error.message);
      }
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
