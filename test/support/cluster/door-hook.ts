import { requireOrSkip } from '../machine/require-or-skip.ts';
import { doorFromEnvironment } from './doors.ts';

/** Loaded before suites that meet another node than the owner of their sessions. */
before(function () {
  if (doorFromEnvironment() === 'nats') requireOrSkip(this, 'nats-server');
});
