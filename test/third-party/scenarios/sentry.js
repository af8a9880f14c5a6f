import * as Sentry from '@sentry/browser';
import { check, conversation, same } from './conversation.js';

/** Reports what a handler throws, with its message and the place in this file. */
export default async function sentry(base) {
  const events = [];
  Sentry.init({
    dsn: `${location.protocol}//key@${location.host}/1`,
    integrations: [Sentry.browserTracingIntegration()],
    tracesSampleRate: 1,
    tracePropagationTargets: [/.*/],
    beforeSend: (event) => {
      events.push(event);
      return null;
    },
    beforeSendTransaction: () => null,
  });
  const socket = new WebSocket(`${base}/echo`);
  socket.addEventListener('open', () => {
    throw new Error('a mistake in a listener');
  });
  socket.onclose = () => {
    throw new Error('a mistake in onclose');
  };
  await conversation(socket);
  await Sentry.flush(1000);
  const reported = events.flatMap(({ exception }) => exception?.values ?? []);
  same(
    reported.map(({ value }) => value),
    ['a mistake in a listener', 'a mistake in onclose'],
    'reports',
  );
  const frames = reported[0].stacktrace?.frames ?? [];
  check(
    frames.some(({ filename }) => filename?.includes('sentry')),
    'the report has no place',
  );
}
