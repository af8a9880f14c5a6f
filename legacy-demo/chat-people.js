/*
 * Who is in the room. There is no central list. Each page announces itself when it enters, when
 * another page enters, and every 20 seconds. A page that has not been heard from for 50 seconds is
 * removed. ECMAScript 3, like the whole demo.
 */
var ChatPeople = {};

ChatPeople.tellEvery = 20000;
ChatPeople.forgetAfter = 50000;

/** A list of people. `changed` is called when the list changes. */
ChatPeople.create = function (changed) {
  /** By id: the name, and the time of the last announcement. */
  var people = {};

  function now() {
    return new Date().getTime();
  }

  return {
    heard: function (id, name) {
      var isNew = !people[id] || people[id].name !== name;
      people[id] = { name: name, at: now() };
      if (isNew) {
        changed();
      }
      return isNew;
    },
    gone: function (id) {
      if (people[id]) {
        delete people[id];
        changed();
      }
    },
    forget: function () {
      var before = now() - ChatPeople.forgetAfter;
      for (var id in people) {
        if (people[id].at < before) {
          this.gone(id);
        }
      }
    },
    clear: function () {
      people = {};
      changed();
    },
    /** A list of `{ id, name }`, sorted by name. */
    list: function () {
      var all = [];
      for (var id in people) {
        all.push({ id: id, name: people[id].name });
      }
      return all.sort(function (a, b) {
        return a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1;
      });
    }
  };
};
