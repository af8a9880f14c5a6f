/* The laboratory page: measures one transport after another and shows the results. */
(function () {
  var table = new Laboratory.Table(Demo.element('results'));
  var ownRow = table.add('automatic', 'the shim’s own choice', 'own');
  var rows = [];
  var results = [];
  var own = null;

  function say(className, text) {
    var says = Demo.element('verdict');
    says.className = 'says ' + className;
    Demo.write(says, text);
  }

  function progress(part) {
    Demo.element('progress').style.width = Math.round((100 * part) / (Demo.transports.length + 1)) + '%';
  }

  function conclude() {
    var verdict = Laboratory.verdict(own);
    var meanings = Laboratory.meanings(own, results);
    var list = Demo.element('meanings');
    say(verdict[0], verdict[1]);
    for (var i = 0; i < meanings.length; i += 1) {
      list.appendChild(Demo.make('li', '', meanings[i]));
    }
    Demo.element('meaning').style.display = '';
    Demo.element('reporting').style.display = '';
    Demo.element('report').value = Laboratory.report(own, results, meanings);
    Demo.element('bar').style.display = 'none';
    Demo.element('again').style.display = '';
    document.title = 'Laboratory: done';
  }

  function measureNext() {
    var at = results.length;
    progress(at + 1);
    if (at === Demo.transports.length) {
      Demo.choose('');
      conclude();
      return;
    }
    var name = Demo.transports[at].name;
    say('', 'Measuring ' + name + '…');
    Laboratory.measure(
      name,
      function (step) {
        rows[at].busy(step);
      },
      function (result) {
        Laboratory.explain(result);
        rows[at].fill(result);
        results.push(result);
        Laboratory.drawCharts(results);
        setTimeout(measureNext, 0);
      }
    );
  }

  var target = Laboratory.target(window.location.search);
  Demo.write(Demo.element('target'), target.path);
  Demo.element('route').value = target.path;
  Demo.element('echo').checked = target.echoes;
  Laboratory.askLocalNetwork();
  for (var i = 0; i < Demo.transports.length; i += 1) {
    rows.push(table.add(Demo.transports[i].name, Demo.transports[i].is));
  }
  Demo.element('copy').onclick = function () {
    Laboratory.copy(Demo.element('report'), function (copied) {
      Demo.write(
        Demo.element('copied'),
        copied ? 'Copied.' : 'Selected: press Ctrl+C (on a Mac Cmd+C) to copy.'
      );
    });
  };
  // Reload the page, so that nothing learned by the previous sockets is left.
  Demo.element('again').onclick = function () {
    window.location.reload();
  };
  if (!Demo.hasShim()) {
    say('says-bad', 'The script /shim/websocket.min.js did not load, so there is nothing to measure.');
    Demo.element('bar').style.display = 'none';
    return;
  }
  // Wait until the page has loaded, because loading would disturb the measurement.
  window.onload = function () {
    setTimeout(start, 200);
  };

  function start() {
    Laboratory.clockStep = Demo.clockStep();
    say('', 'Measuring the shim’s own choice…');
    Laboratory.measure(
      '',
      function (step) {
        ownRow.busy(step);
      },
      function (result) {
        own = result;
        if (own.state === 'works') {
          own.reason =
            'over ' + own.endedOn + (own.openedOn === own.endedOn ? '' : ', opened on ' + own.openedOn);
        }
        ownRow.fill(own);
        measureNext();
      }
    );
  }
})();
