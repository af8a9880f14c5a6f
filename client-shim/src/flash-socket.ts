import { page } from './browser/page.ts';
import { openFlashSocket } from './flash/client.ts';
import { createMovies } from './flash/movie.ts';
import type { LazyScript } from './transport/lazy-script.ts';

// The transport `flash-socket`. It is a separate script, because few pages use it
// (transport/flash-socket.ts). Both scripts and the movie use this one global name.
if (!page.FallbackGatewayFlash) {
  const movies = createMovies(page);
  const open: LazyScript['open'] = (opening) => openFlashSocket(page, movies, opening);
  page.FallbackGatewayFlash = { open: open, tell: movies.tell };
}
