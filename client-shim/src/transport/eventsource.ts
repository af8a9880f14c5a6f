import type { EventSource } from '../../browser.d.ts';
import { addressOf } from '../wire/address.ts';
import { startPosition } from '../wire/frame.ts';
import { readText } from '../wire/text-form.ts';
import type { CarrierKind } from './carrier.ts';

/** Server-sent events (PROTOCOL.md §4.3). */
export const eventSource: CarrierKind = {
  name: 'eventsource',
  streams: true,
  works: (platform) => !!platform.page.EventSource,
  open: (platform, line, wanted, events) => {
    const Source = platform.page.EventSource as NonNullable<typeof platform.page.EventSource>;
    const position = startPosition();
    const address = addressOf(line.url, 'eventsource', line.token) + '?d=' + wanted.join('&s=');
    const source: EventSource = new Source(address, { withCredentials: line.crossOrigin });

    function close(): void {
      source.onmessage = source.onerror = null;
      source.close();
    }

    source.onmessage = (event) => {
      // Numbering goes on from event to event, reading begins anew.
      position.at = position.seen = 0;
      events.frames(readText(position, '' + event.data));
    };
    source.onerror = () => {
      // Its own reconnecting would repeat an attach that is over.
      close();
      events.over(false, 'error event');
    };
    return { close: close };
  }
};
