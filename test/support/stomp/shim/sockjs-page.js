// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error in JScript
/*
 * Runs in a page with the shim, sockjs-client and `libraries`. Each library has a conversation over
 * SockJS with a server that cuts frames anywhere: first by itself, then with the shim's fix
 * installed.
 */
(function (global) {
  var lines = [];
  var jobs = [];
  var i;
  for (i = 0; i < libraries.length; i += 1) jobs.push([libraries[i], 'before'], [libraries[i], 'after']);

  function step() {
    var job = jobs.shift();
    var library, socket;
    if (!job) return testPage.report(lines.join('\n'));
    library = job[0];
    lines.push('split\t' + library.name + '\t' + '\0'.split(/\0\n*/).length);
    if (job[1] === 'after') lines.push('repaired\t' + library.name + '\t' + WebSocketShim.installStompFix(library.Stomp).join());
    // By itself it gives a transport no more than a few round trips, which a busy machine takes
    // much longer for.
    socket = new SockJS('/odd', null, { transports: ['xhr-polling'], timeout: 10000 });
    stompTalk(library.Stomp.over(socket), job[1] === 'after' ? 20000 : 4000, function (result) {
      socket.close();
      lines.push(job[1] + '\t' + library.name + '\t' + result);
      global.setTimeout(step, 0);
    });
  }

  global.setTimeout(step, 0);
})(this);
