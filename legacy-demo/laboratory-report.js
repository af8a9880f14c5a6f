/*
 * The report: everything on the page, and the steps of the shim, as plain text that can be sent to
 * someone.
 */

/** Chromium's permission for pages of public addresses. Other engines ask nothing. */
Laboratory.localNetwork = 'not in this browser';

Laboratory.askLocalNetwork = function () {
  var permissions = navigator.permissions;
  if (!permissions || !permissions.query) {
    return;
  }
  try {
    permissions.query({ name: 'local-network-access' }).then(
      function (status) {
        Laboratory.localNetwork = status.state;
      },
      function () {}
    );
  } catch (_) {
    // Some engines throw for a name that they do not know.
  }
};

Laboratory.pad = function (text, width, right) {
  var blanks = '';
  while (blanks.length + text.length < width) {
    blanks += ' ';
  }
  return right ? blanks + text : text + blanks;
};

Laboratory.report = function (own, results, meanings) {
  var lines = [];
  var all = [own].concat(results);
  var pad = Laboratory.pad;
  lines.push('Transport laboratory of fallback-gateway');
  lines.push('');
  lines.push('page       ' + window.location.href);
  lines.push('time       ' + new Date());
  lines.push(
    'browser    ' +
      navigator.userAgent +
      (document.documentMode ? ' (document mode ' + document.documentMode + ')' : '')
  );
  lines.push('WebSocket  ' + (Demo.hasNative() ? 'native' : 'not in this browser'));
  lines.push('route      ' + Laboratory.target(window.location.search).path);
  lines.push('Local Network Access  ' + Laboratory.localNetwork);
  lines.push('clock      ' + Demo.duration(Laboratory.clockStep));
  lines.push('');
  lines.push(
    pad('transport', 18) +
      pad('result', 21) +
      pad('open', 10, true) +
      pad('median', 10, true) +
      pad('worst', 10, true) +
      pad('per second', 12, true) +
      pad('bytes', 7, true)
  );
  for (var i = 0; i < all.length; i += 1) {
    var result = all[i];
    lines.push(
      pad(result.name || 'automatic', 18) +
        pad(Laboratory.labels[result.state][0], 21) +
        pad(Laboratory.time(result.openTime), 10, true) +
        pad(Laboratory.time(result.median), 10, true) +
        pad(Laboratory.time(result.worst), 10, true) +
        pad(result.rate === null ? '–' : Demo.count(result.rate), 12, true) +
        pad(Laboratory.binaryText(result), 7, true)
    );
  }
  lines.push('');
  for (var m = 0; m < meanings.length; m += 1) {
    lines.push('* ' + meanings[m]);
  }
  for (var k = 0; k < all.length; k += 1) {
    var title = all[k].name || 'automatic';
    if (all[k].reason || all[k].steps.length) {
      lines.push('');
      lines.push(title + (all[k].reason ? ': ' + all[k].reason : ''));
    }
    for (var s = 0; s < all[k].steps.length; s += 1) {
      lines.push('    ' + all[k].steps[s]);
    }
  }
  return lines.join('\r\n');
};

/**
 * Copies the text of a textarea in the way that this engine supports, and calls `onDone(true)`. If
 * it supports none, selects the text and calls `onDone(false)`, so that the user can copy it with
 * the keyboard.
 */
Laboratory.copy = function (area, onDone) {
  function byCommand() {
    var copied = false;
    area.focus();
    area.select();
    try {
      // IE's own method first, because its execCommand asks the user.
      copied = window.clipboardData
        ? window.clipboardData.setData('Text', area.value)
        : document.execCommand('copy');
    } catch (_) {
      copied = false;
    }
    onDone(!!copied);
  }
  if (!navigator.clipboard || !navigator.clipboard.writeText) {
    byCommand();
    return;
  }
  navigator.clipboard.writeText(area.value).then(function () {
    onDone(true);
  }, byCommand);
};
