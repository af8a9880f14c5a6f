import { requireOrSkip } from '../machine/require-or-skip.ts';
import { removeNatsServer } from './behind-entry.ts';
import { entryLinkFromEnvironment } from './entry-links.ts';

/** Loaded before suites that meet another node than the owner of their sessions. */
before(function () {
  if (entryLinkFromEnvironment() === 'nats') requireOrSkip(this, 'nats-server');
});
after(removeNatsServer);
