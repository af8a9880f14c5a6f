import type { Document, Element, Page } from '../../browser.d.ts';
import { shimFolder } from '../browser/shim-folder.ts';
import { base64Decode, base64Encode } from '../lang/base64.ts';
import { has } from '../lang/has.ts';

/**
 * Milliseconds that the player may take to start and the movie to report that it is ready. A
 * blocked movie never reports, and old machines are slow.
 */
const READY_TIMEOUT = 5000;
/** Bytes per call into the movie. A multiple of three, so that base64 pads only the last chunk. */
const CHUNK = 30000;

/** Events of a TCP connection. */
export interface LinkEvents {
  open(): void;
  data(bytes: number[]): void;
  /** The last event, once: the connection ended, or could not be opened. */
  over(): void;
}

/** A TCP connection to a gateway, by the movie that was loaded from there. */
export interface Link {
  /** False if the connection is gone. */
  send(bytes: number[]): boolean;
  /** Closes the connection. No event follows. */
  close(): void;
}

/** The element, with the functions that the movie adds to it (FlashSocket.hx). */
type Player = Element & {
  socketOpen(id: number): void;
  socketSend(id: number, bytes: string): boolean;
  socketClose(id: number): void;
};

/**
 * A movie in the page, one for each gateway. It is never removed, because IE leaks a removed
 * player.
 */
interface Movie {
  readonly id: number;
  /** The parent of its player. Players that are scripts replace our element with their own. */
  holder: Element | null;
  /** Callbacks that wait until it is ready. */
  waiting: ((ready: boolean) => void)[];
  ready: boolean;
}

/** The movies of a page. */
export interface Movies {
  /** Calls `done` within five seconds: whether the movie of the gateway at `origin` can be used. */
  whenReady(origin: string, done: (ready: boolean) => void): void;
  /** Opens a connection. The movie must be ready. */
  open(origin: string, events: LinkEvents): Link;
  /** Called by movies. */
  tell(event: string, id: number, bytes: string): void;
}

export function createMovies(page: Page): Movies {
  const movies: { [origin: string]: Movie } = {};
  const links: { [id: number]: LinkEvents | undefined } = {};
  const waiting: (() => void)[] = [];
  let lastId = 0;

  /**
   * Runs callbacks in order, after the movie's own call: a player must not be called during that.
   */
  function later(run: () => void): void {
    waiting.push(run);
    page.setTimeout(() => (waiting.shift() as () => void)(), 0);
  }

  function settle(movie: Movie, ready: boolean): void {
    movie.ready = ready;
    const waiting = movie.waiting;
    movie.waiting = [];
    for (let i = 0; i < waiting.length; i += 1) (waiting[i] as (ready: boolean) => void)(ready);
  }

  function start(origin: string): Movie {
    lastId += 1;
    const movie: Movie = { id: lastId, holder: null, waiting: [], ready: false };
    movies[origin] = movie;
    embed(page, movie, shimFolder(page.document as Document, origin) + 'flash-socket.swf');
    return movie;
  }

  function startLink(movie: Movie, events: LinkEvents): Link {
    lastId += 1;
    const id = lastId;
    links[id] = events;
    return openLink(
      (movie.holder as Element).firstChild as Player,
      id,
      () => tell('over', id, ''),
      () => {
        links[id] = undefined;
      }
    );
  }

  function tell(event: string, id: number, bytes: string): void {
    later(() => {
      for (const origin in movies) {
        const movie = movies[origin] as Movie;
        // Not what a page has added to Object.prototype.
        if (movie.id === id) settle(movie, event === 'ready');
      }
      const events = links[id];
      if (!events) return;
      if (event === 'open') events.open();
      else if (event === 'data') events.data(base64Decode(bytes) || []);
      else {
        links[id] = undefined;
        events.over();
      }
    });
  }

  return {
    whenReady: (origin, done) => {
      const movie = movies[origin] || start(origin);
      if (movie.ready) {
        later(() => done(true));
        return;
      }
      let waiting = true;
      const once = (ready: boolean): void => {
        if (waiting) done(ready);
        waiting = false;
      };
      movie.waiting.push(once);
      page.setTimeout(() => once(false), READY_TIMEOUT);
    },
    open: (origin, events) => startLink(movies[origin] as Movie, events),
    tell: tell
  };
}

/**
 * Opens a connection of a player. `fail` is called if the player does not respond, and `forget`
 * when the page closes the connection.
 */
function openLink(player: Player, id: number, fail: () => void, forget: () => void): Link {
  try {
    player.socketOpen(id);
  } catch (_) {
    // An element that the page removed has lost its functions.
    fail();
  }
  return {
    send: (bytes) => {
      try {
        for (let at = 0; at < bytes.length; at += CHUNK) {
          const chunk = base64Encode(bytes, at, Math.min(bytes.length, at + CHUNK));
          if (!player.socketSend(id, chunk)) return false;
        }
        return true;
      } catch (_) {
        fail();
        return false;
      }
    },
    close: () => {
      forget();
      try {
        player.socketClose(id);
      } catch (_) {
        // The element has lost its functions, as above.
      }
    }
  };
}

/**
 * Inserts the player as markup, because IE up to 10 only starts a player that was parsed as a
 * whole: `object` with its class there, and `embed` elsewhere. It is barely visible, because a
 * hidden player does not run. `allowScriptAccess` is safe: the movie and this script come from the
 * same gateway.
 */
function embed(page: Page, movie: Movie, url: string): void {
  const document = page.document as Document;
  const body = document.body;
  if (!body) {
    // The script runs in the head.
    page.setTimeout(() => embed(page, movie, url), 50);
    return;
  }
  const parameters: { [name: string]: string } = {
    movie: url,
    allowScriptAccess: 'always',
    flashvars: 'movie=' + movie.id
  };
  // Players register a movie's functions by the id of its element.
  const name = 'FallbackGatewayFlash' + movie.id;
  const size = ' id="' + name + '" name="' + name + '" width="1" height="1"';
  let markup = '<embed type="application/x-shockwave-flash" src="' + url + '"' + size;
  if (page.ActiveXObject) {
    markup = '<object classid="clsid:D27CDB6E-AE6D-11cf-96B8-444553540000"' + size + '>';
    for (const key in parameters)
      if (has(parameters, key)) markup += '<param name="' + key + '" value="' + parameters[key] + '">';
    markup += '</object>';
  } else {
    for (const key in parameters)
      if (has(parameters, key)) markup += ' ' + key + '="' + parameters[key] + '"';
    markup += '>';
  }
  const holder = document.createElement('div');
  holder.style.cssText = 'position:absolute;left:0;top:0;width:1px;height:1px;overflow:hidden';
  // Inserted first: appending to a body that is still being parsed aborts the page in IE 6 and 7
  // (Microsoft, KB927917).
  body.insertBefore(holder, body.firstChild);
  holder.innerHTML = markup;
  movie.holder = holder;
}
