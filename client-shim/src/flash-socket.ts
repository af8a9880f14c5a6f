import { page } from './browser/page.ts';
import { openFlashSocket } from './flash/client.ts';
import { createMovies } from './flash/movie.ts';
import type { LazyScript } from './transport/lazy-script.ts';

// The body of the transport `flash-socket`, a script of its own: only a page that tries it loads it
// (transport/flash-socket.ts). Both scripts and the movie know this one name.
if (!page.FallbackGatewayFlash) {
  const movies = createMovies(page);
  const open: LazyScript['open'] = (opening) => openFlashSocket(page, movies, opening);
  page.FallbackGatewayFlash = { open: open, tell: movies.tell };
}
