/* The chat page: its controls and what it shows. ECMAScript 3, like the whole demo. */
(function () {
  var route = /[?&]route=([^&]+)/.exec(window.location.search);
  var path = route ? decodeURIComponent(route[1]) : '/demo/stomp';
  var me = { id: 'u' + Math.random().toString(36).substring(2, 10), name: '' };
  var isIn = false;
  var others = ChatPeople.create(showPeople);
  var line = ChatLine.create(Demo.address(path), {
    connected: connected,
    lost: lost,
    message: receive,
    mine: function () {
      return me;
    }
  });

  function say(className, text) {
    Demo.element('state').className = 'says ' + className;
    Demo.write(Demo.element('state'), text);
  }

  function note(className, who, text) {
    var log = Demo.element('log');
    var entry = Demo.make('div', className);
    entry.appendChild(Demo.make('span', 'time', Demo.clock().substring(0, 8) + ' '));
    if (who) {
      entry.appendChild(Demo.make('b', '', who + ' '));
    }
    entry.appendChild(document.createTextNode(text));
    log.appendChild(entry);
    while (log.childNodes.length > 500) {
      log.removeChild(log.firstChild);
    }
    log.scrollTop = log.scrollHeight;
  }

  // --- who is there ---

  function showPeople() {
    var list = others.list();
    var people = Demo.element('people');
    var to = Demo.element('to');
    var chosen = to.value;
    people.innerHTML = '';
    to.options.length = 1;
    for (var i = 0; i < list.length; i += 1) {
      people.appendChild(personOf(list[i]));
      if (list[i].id !== me.id) {
        to.options[to.options.length] = new Option(list[i].name + ' only', list[i].id);
      }
    }
    // If the selected person has left, select the room. The unsent text stays in its field.
    to.value = chosen;
    if (to.selectedIndex < 0) {
      to.selectedIndex = 0;
    }
  }

  function personOf(person) {
    if (person.id === me.id) {
      return Demo.make('div', 'event', person.name + ' (you)');
    }
    var entry = Demo.make('div');
    var link = Demo.make('a', '', person.name);
    link.href = '#';
    link.onclick = function () {
      Demo.element('to').value = person.id;
      Demo.element('text').focus();
      return false;
    };
    entry.appendChild(link);
    return entry;
  }

  function receive(kind, id, name, text) {
    if (kind === 'leave') {
      others.gone(id);
      if (id !== me.id) {
        note('event', '', name + ' has left');
      }
      return;
    }
    if (kind === 'whisper') {
      note('in', name + ' (to you only)', text);
      return;
    }
    var isNew = others.heard(id, name);
    if (kind === 'say') {
      note(id === me.id ? 'out' : 'said', name, text);
    } else if (kind === 'enter' && id !== me.id) {
      if (isNew) {
        note('event', '', name + ' has joined');
      }
      // A random delay, so that pages do not all answer at the same moment.
      setTimeout(line.tell, Math.round(Math.random() * 500));
    }
  }

  // --- the connection ---

  function connected() {
    say('says-good', 'Connected over ' + line.transport() + '.');
    note('event', '', 'connected');
    showControls();
  }

  function lost(why, ms) {
    say('says-bad', 'Not connected: ' + why + '. The next attempt is in ' + Demo.duration(ms) + '.');
    note('wrong', '', why);
    others.clear();
    showControls();
  }

  function showControls() {
    Demo.element('send').className = line.isConnected() ? 'main' : 'off';
    Demo.element('leave').className = isIn ? '' : 'off';
    Demo.element('enter').className = isIn ? 'off' : 'main';
    Demo.element('name').disabled = isIn;
  }

  function enter() {
    var select = Demo.element('room');
    me.name = Demo.trim(Demo.element('name').value.replace(/\s+/g, ' '));
    if (!me.name) {
      say('says-fair', 'Choose a name first.');
      Demo.element('name').focus();
      return;
    }
    isIn = true;
    others.clear();
    Demo.write(Demo.element('title'), select.options[select.selectedIndex].text);
    note('event', '', 'you enter the ' + select.value);
    if (!line.isConnected()) {
      say('says-fair', 'Connecting…');
    }
    line.enter(select.value);
    showControls();
    Demo.element('text').focus();
  }

  function leave() {
    if (!isIn) {
      return;
    }
    isIn = false;
    line.leave();
    others.clear();
    note('event', '', 'you have left');
    Demo.write(Demo.element('title'), 'You are not in a room');
    say('', 'You have left. Choose a room to return.');
    showControls();
  }

  function send() {
    var to = Demo.element('to');
    var text = Demo.element('text').value;
    if (!text || !line.isConnected()) {
      return;
    }
    if (to.value) {
      line.whisper(to.value, text);
      note('out', 'you (to ' + to.options[to.selectedIndex].text + ')', text);
    } else {
      line.say(text);
    }
    Demo.element('text').value = '';
    Demo.element('text').focus();
  }

  function onEnterKey(element, act) {
    element.onkeypress = function (event) {
      if ((event || window.event).keyCode === 13) {
        act();
        return false;
      }
      return true;
    };
  }

  function offerTransports() {
    var select = Demo.element('transport');
    var wanted = /[?&]transport=([\w-]+)/.exec(window.location.search);
    for (var i = 0; i < Demo.transports.length; i += 1) {
      select.options[select.options.length] = new Option(Demo.transports[i].name, Demo.transports[i].name);
    }
    select.value = wanted ? wanted[1] : '';
    if (select.selectedIndex < 0) {
      select.selectedIndex = 0;
    }
    select.onchange = function () {
      Demo.choose(select.value);
      if (isIn) {
        say('says-fair', 'Connecting…');
        line.leave();
        line.enter(Demo.element('room').value);
      }
    };
    Demo.choose(select.value);
  }

  Demo.write(Demo.element('route'), path);
  offerTransports();
  Demo.element('enter').onclick = enter;
  Demo.element('leave').onclick = leave;
  Demo.element('send').onclick = send;
  Demo.element('room').onchange = function () {
    if (isIn) {
      enter();
    }
  };
  onEnterKey(Demo.element('name'), enter);
  onEnterKey(Demo.element('text'), send);
  // Registered before the first socket is created, so that it runs before the shim's own handler.
  if (window.addEventListener) {
    window.addEventListener('onpagehide' in window ? 'pagehide' : 'unload', leave, false);
  } else {
    window.attachEvent('onunload', leave);
  }
  setInterval(function () {
    line.tell();
    others.forget();
  }, ChatPeople.tellEvery);
  // A fallback connection may move to a better transport later.
  setInterval(function () {
    if (line.isConnected()) {
      say('says-good', 'Connected over ' + line.transport() + '.');
    }
  }, 2000);
  if (typeof Stomp === 'undefined') {
    say('says-bad', 'The script /vendor/stomp.js did not load.');
  }
  showControls();
})();
