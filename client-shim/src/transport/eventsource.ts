import type { EventSource } from '../../browser.d.ts';
import { addressOf } from '../wire/address.ts';
import { startPosition } from '../wire/frame.ts';
import { readText } from '../wire/text-form.ts';
import type { CarrierKind } from './carrier.ts';

/** Server-sent events (PROTOCOL.md §4.3). */
export const eventSource: CarrierKind = {
  name: 'eventsource',
  _streams: true,
  _works: (platform) => !!platform._EventSource,
  _open: (platform, context, attachments, events) => {
    const Source = platform._EventSource as NonNullable<typeof platform._EventSource>;
    const position = startPosition();
    const address =
      addressOf(context.url, 'eventsource', context._node, context._token) + '?d=' + attachments.join('&s=');
    const source: EventSource = new Source(address, { withCredentials: context._crossOrigin });

    function close(): void {
      source.onmessage = source.onerror = null;
      source.close();
    }

    source.onmessage = (event) => {
      // Numbering continues from event to event, but each event is a new text.
      position._at = position._seen = 0;
      events._frames(readText(position, '' + event.data));
    };
    source.onerror = () => {
      // EventSource would reconnect by itself and repeat an attach that has ended.
      close();
      events._over(false, 'error event');
    };
    return { _close: close };
  }
};
