// biome-ignore-all lint: ES3, run as it is in every engine
// biome-ignore-all format: a trailing comma would be a syntax error there

// What pages of tests share: the parameters of their address, and how they tell what they found.
var testPage = (function (global) {
  var parameters = {};
  // KHTML's has no question mark.
  var pairs = global.location.search.replace('?', '').split('&');
  var i, pair;
  for (i = 0; i < pairs.length; i += 1) {
    pair = pairs[i].split('=');
    parameters[pair[0]] = decodeURIComponent((pair[1] || '').split('+').join(' '));
  }

  return {
    parameters: parameters,
    // The title becomes `done` when the test has the text.
    report: function (text) {
      var request = global.XMLHttpRequest ? new global.XMLHttpRequest() : new global.ActiveXObject('MSXML2.XMLHTTP.3.0');
      // Absolute: outside of a real page MSXML does not know what an address is relative to.
      request.open('POST', global.location.protocol + '//' + global.location.host + '/_test/report?id=' + encodeURIComponent(parameters.id), true);
      request.onreadystatechange = function () {
        if (request.readyState === 4) global.document.title = 'done';
      };
      request.send(text);
    }
  };
})(this);
