import type { Document, Element, Page } from '../../browser.d.ts';
import { base64Decode, base64Encode } from '../lang/base64.ts';

/**
 * Milliseconds for the player to start and the movie to say that it is ready: a blocked one never
 * does, and old machines take their time.
 */
const READY = 5000;
/**
 * Bytes of one call into the movie; a multiple of three, so that base64 pads the last part only.
 */
const PIECE = 30000;

/** What a TCP connection tells. */
export interface LinkEvents {
  open(): void;
  data(bytes: number[]): void;
  /** It is over, or never was. Once, the last. */
  over(): void;
}

/** A TCP connection to a gateway, by the movie that was loaded from there. */
export interface Link {
  /** False: it is gone. */
  send(bytes: number[]): boolean;
  /** Nothing is reported any more. */
  close(): void;
}

/** The element with the functions that the movie adds to it (FlashSocket.hx). */
type Player = Element & {
  socketOpen(id: number): void;
  socketSend(id: number, bytes: string): boolean;
  socketClose(id: number): void;
};

/** A movie in the page, one for each gateway: it stays, as IE leaks a player that is taken away. */
interface Movie {
  readonly id: number;
  /**
   * Its player's parent: players that are scripts put an element of their own in the place of ours.
   */
  holder: Element | null;
  /** Who waits for it. */
  waiting: ((ready: boolean) => void)[];
  ready: boolean;
}

/** The movies of a page. */
export interface Movies {
  /** Tells within five seconds whether the movie of the gateway at `origin` can be used. */
  whenReady(origin: string, done: (ready: boolean) => void): void;
  /** Opens a connection; the movie has to be ready. */
  open(origin: string, events: LinkEvents): Link;
  /** What movies call. */
  tell(event: string, id: number, bytes: string): void;
}

export function createMovies(page: Page): Movies {
  const movies: { [origin: string]: Movie } = {};
  const links: { [id: number]: LinkEvents | undefined } = {};
  const waiting: (() => void)[] = [];
  let lastId = 0;

  /** In order, and not within the movie's own call: a player may not be called from there. */
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
    embed(page, movie, origin + '/shim/flash-socket.swf');
    return movie;
  }

  function startLink(movie: Movie, events: LinkEvents): Link {
    const player = (movie.holder as Element).firstChild as Player;
    lastId += 1;
    const id = lastId;
    links[id] = events;
    // An element that the page took away has lost its functions.
    const fail = (): void => tell('over', id, '');
    try {
      player.socketOpen(id);
    } catch (_) {
      fail();
    }
    return {
      send: (bytes) => {
        try {
          for (let at = 0; at < bytes.length; at += PIECE) {
            const chunk = base64Encode(bytes, at, Math.min(bytes.length, at + PIECE));
            if (!player.socketSend(id, chunk)) return false;
          }
          return true;
        } catch (_) {
          fail();
          return false;
        }
      },
      close: () => {
        links[id] = undefined;
        try {
          player.socketClose(id);
        } catch (_) {
          // as above
        }
      }
    };
  }

  function tell(event: string, id: number, bytes: string): void {
    later(() => {
      for (const origin in movies) {
        const movie = movies[origin] as Movie;
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
      page.setTimeout(() => once(false), READY);
    },
    open: (origin, events) => startLink(movies[origin] as Movie, events),
    tell: tell
  };
}

/**
 * As markup: IE up to 10 starts a player only that was parsed whole, `object` with its class there
 * and `embed` elsewhere. Visible, if only just: a hidden player does not run. `allowScriptAccess`:
 * the movie is the gateway's, as is this script.
 */
function embed(page: Page, movie: Movie, url: string): void {
  const document = page.document as Document;
  const body = document.body;
  if (!body) {
    // The script is in the head.
    page.setTimeout(() => embed(page, movie, url), 50);
    return;
  }
  const parameters: { [name: string]: string } = {
    movie: url,
    allowScriptAccess: 'always',
    flashvars: 'movie=' + movie.id
  };
  // Players call a movie's functions into being by the id of its element.
  const name = 'FallbackGatewayFlash' + movie.id;
  const size = ' id="' + name + '" name="' + name + '" width="1" height="1"';
  let markup = '<embed type="application/x-shockwave-flash" src="' + url + '"' + size;
  if (page.ActiveXObject) {
    markup = '<object classid="clsid:D27CDB6E-AE6D-11cf-96B8-444553540000"' + size + '>';
    for (const key in parameters) markup += '<param name="' + key + '" value="' + parameters[key] + '">';
    markup += '</object>';
  } else {
    for (const key in parameters) markup += ' ' + key + '="' + parameters[key] + '"';
    markup += '>';
  }
  const holder = document.createElement('div');
  holder.style.cssText = 'position:absolute;left:0;top:0;width:1px;height:1px;overflow:hidden';
  // In front: to append to a body that is still being read ends the page in IE6 and 7 (Microsoft,
  // KB927917).
  body.insertBefore(holder, body.firstChild);
  holder.innerHTML = markup;
  movie.holder = holder;
}
