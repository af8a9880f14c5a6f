/* The page about the status view: why /demo/status led back here. */
(function () {
  var texts = {
    '?off': 'The status page is off: this gateway was started without --status.',
    '?elsewhere': "The status page is on. It is for browsers on the gateway's own machine; open it there."
  };
  var text = texts[window.location.search];
  if (text) {
    var state = Demo.element('state');
    state.className = 'says says-fair';
    Demo.write(state, text);
  }
})();
