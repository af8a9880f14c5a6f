/*
 * Who is in the room. Nobody keeps a list: each page tells of itself when it enters, when another
 * one enters, and every twenty seconds; whoever was not heard of for fifty is gone. ECMAScript 3,
 * as all of the demo.
 */
var ChatPeople = {};

ChatPeople.tellEvery = 20000;
ChatPeople.forgetAfter = 50000;

/** A list of people; `changed` is called whenever it is not the same as before. */
ChatPeople.create = function (changed) {
  /** By id: name, and when heard of. */
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
    /** `{ id, name }`, by name. */
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
