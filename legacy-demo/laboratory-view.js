/*
 * The display of the laboratory: the table, which is filled row by row, and the two charts, which
 * consist of plain blocks.
 */

/** Formats a time with the resolution of this engine's clock. */
Laboratory.time = function (ms) {
  if (ms === null) {
    return '–';
  }
  var step = Laboratory.clockStep;
  return ms < step ? '< ' + Demo.duration(step) : Demo.duration(ms);
};

/** The text and the class for each state of a row. */
Laboratory.labels = {
  waiting: ['', 'quiet'],
  works: ['works', 'good'],
  held: ['held back', 'fair'],
  failed: ['failed', 'bad'],
  browser: ['not in this browser', 'quiet']
};

Laboratory.binaryText = function (result) {
  if (result.binary === null) {
    return '–';
  }
  return result.binary ? 'yes' : 'no';
};

/** The table of results. `add` creates a row, and the row's methods fill it. */
Laboratory.Table = function (body) {
  this.body = body;
};

Laboratory.Table.prototype.add = function (title, text, className) {
  var row = this.body.insertRow(-1);
  var cells = [];
  for (var i = 0; i < 7; i += 1) {
    cells.push(row.insertCell(-1));
    cells[i].className = i === 0 ? 'name' : i === 1 ? '' : 'num';
    // IE 6 draws no border around an empty cell.
    Demo.write(cells[i], '\u00a0');
  }
  Demo.write(cells[0], '');
  cells[0].appendChild(Demo.make('div', 'mono', title));
  cells[0].appendChild(Demo.make('div', 'small quiet', text));
  row.className = className || 'idle';
  return new Laboratory.Row(row, cells, className || '');
};

Laboratory.Row = function (row, cells, className) {
  this.row = row;
  this.cells = cells;
  this.className = className;
};

Laboratory.Row.prototype.busy = function (text) {
  this.row.className = 'busy';
  Demo.write(this.cells[1], text + '…');
};

Laboratory.Row.prototype.fill = function (result) {
  var label = Laboratory.labels[result.state];
  this.row.className = result.state === 'browser' ? 'idle' : this.className;
  Demo.write(this.cells[1], '');
  this.cells[1].appendChild(Demo.make('span', label[1], label[0]));
  if (result.reason) {
    this.cells[1].appendChild(Demo.make('div', 'small quiet', result.reason));
  }
  Demo.write(this.cells[2], Laboratory.time(result.openTime));
  Demo.write(this.cells[3], Laboratory.time(result.median));
  Demo.write(this.cells[4], Laboratory.time(result.worst));
  Demo.write(this.cells[5], result.rate === null ? '–' : Demo.count(result.rate));
  Demo.write(this.cells[6], Laboratory.binaryText(result));
};

/**
 * Draws a chart with one row for each result. The bars are blocks whose width is in percent of the
 * longest. `parts(result)` returns the bars as [class, value] from left to right. `size(result)`
 * returns the text at the end of the row.
 */
Laboratory.chart = function (table, results, parts, size) {
  var longest = 0;
  var sums = [];
  for (var i = 0; i < results.length; i += 1) {
    var bars = parts(results[i]);
    sums[i] = 0;
    for (var k = 0; k < bars.length; k += 1) {
      sums[i] += bars[k][1];
    }
    longest = Math.max(longest, sums[i]);
  }
  var body = table.tBodies[0];
  while (body.rows.length) {
    body.deleteRow(0);
  }
  for (var r = 0; r < results.length; r += 1) {
    var row = body.insertRow(-1);
    var what = row.insertCell(-1);
    var space = row.insertCell(-1);
    var text = row.insertCell(-1);
    what.className = 'what';
    space.className = 'bars';
    text.className = 'size';
    Demo.write(what, results[r].name);
    Demo.write(text, size(results[r]));
    var drawn = parts(results[r]);
    for (var b = 0; b < drawn.length; b += 1) {
      var block = Demo.make('div', 'bar ' + drawn[b][0]);
      // 98, because two floats whose widths are rounded up must still fit side by side.
      block.style.width = (longest ? (98 * drawn[b][1]) / longest : 0).toFixed(2) + '%';
      space.appendChild(block);
    }
  }
};

Laboratory.drawCharts = function (results) {
  var measured = [];
  for (var i = 0; i < results.length; i += 1) {
    if (results[i].rate !== null) {
      measured.push(results[i]);
    }
  }
  Demo.element('charts').style.display = measured.length ? '' : 'none';
  Laboratory.chart(
    Demo.element('chartTrips'),
    measured,
    function (result) {
      return [
        ['median', result.median],
        ['worst', result.worst - result.median]
      ];
    },
    function (result) {
      return Laboratory.time(result.median) + ' / ' + Laboratory.time(result.worst);
    }
  );
  Laboratory.chart(
    Demo.element('chartRate'),
    measured,
    function (result) {
      return [['rate', result.rate]];
    },
    function (result) {
      return Demo.count(result.rate) + ' /s';
    }
  );
};
