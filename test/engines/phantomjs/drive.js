// biome-ignore-all lint: runs inside PhantomJS 1.9, which is ES5 without much of it
// phantomjs drive.js URL: opens the page and ends with 0 when its title is `done`.
var page = require('webpage').create();

page.onConsoleMessage = function (text) {
  console.log(text);
};
page.onError = function (message, stack) {
  console.log(message + ' ' + JSON.stringify(stack));
};
page.open(require('system').args[1], function (status) {
  if (status === 'success') return;
  console.log('the page did not load: ' + status);
  phantom.exit(1);
});
setInterval(function () {
  var title = page.evaluate(function () {
    return document.title;
  });
  if (title === 'done') phantom.exit(0);
}, 50);
