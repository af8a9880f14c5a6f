import { eventSource } from './eventsource.ts';
import type { Form } from './form.ts';
import { htmlfile } from './htmlfile.ts';
import { jsonp } from './jsonp.ts';
import { jsonpSend } from './jsonp-send.ts';
import { xhr } from './xhr.ts';
import { xhrSend } from './xhr-send.ts';
import { xhrStreaming } from './xhr-streaming.ts';

/** Every wire form of a session that is carried by plain requests. */
export const FORMS: ReadonlyMap<string, Form> = new Map(
  [xhr, xhrSend, xhrStreaming, eventSource, htmlfile, jsonp, jsonpSend].map((form) => [form.action, form]),
);
