type Engine = 'chromium' | 'firefox';

/** Probes that the shim answers otherwise than the browser, the reason, and in which one only. */
export const DIFFERENCES: readonly (readonly [probe: string, reason: string, only?: Engine])[] = [
  ['own names', 'what the shim offers to a page, none of it enumerable'],
  ['own names of the prototype', '`transport` and `diagnostics`, which are not enumerable'],
  ['source text', 'a script cannot say that it is native code, and should not'],
  ['is a TypeError on a bare prototype', 'a function of ES3 does not know whether `new` called it'],
  ['here: Reflect.construct with a stranger', 'the same: it has no `new.target`'],
  ['there: Reflect.construct with a stranger', 'the same'],
  ['method send has no prototype', 'a function of ES3 has one'],
  ['method close has no prototype', 'the same'],
  ['an event is trusted', 'only the browser can make a trusted event'],
  [
    'promises run between two listeners',
    'the browser runs them when no script is on the stack; the shim that dispatches is one',
  ],
  [
    'send a fake ArrayBuffer',
    'kinds are distinguished by their tag, as in engines without ArrayBuffer.isView',
  ],
  ['send a fake Uint8Array', 'the same'],
  ['send a fake Blob', 'the same'],
  ['send an ArrayBuffer with another tag', 'the same'],
  ['send a view with another tag', 'the same'],
  ['send a detached buffer', 'has no bytes that could be copied: a TypeError says so'],
  ['send a view of a detached buffer', 'the same'],
  ['send a resizable buffer', 'the shim copies, so it need not refuse it'],
  ['send a shared buffer', 'counts as an object that is converted to a string'],
  ['send a view of a shared buffer', 'the same'],
  [
    'close undefined with reason',
    'Chromium throws and Firefox drops the reason; the shim sends it with 1000, as the gateway does',
  ],
  [
    'close 124 bytes without a code',
    'Chromium takes undefined for a wrong code; the standard and Firefox do not',
    'chromium',
  ],
  ['close another half', 'Chromium rounds down; Web IDL and Firefox round to the even number', 'chromium'],
  [
    'subprotocols of an array with another iterator',
    'Chromium does not look at the iterator of an array; Web IDL and Firefox do',
    'chromium',
  ],
  ['subprotocols iterator null', 'Firefox throws; Web IDL and Chromium convert to a string', 'firefox'],
  ['address empty', 'Firefox does not resolve the empty address', 'firefox'],
  [
    'an object without handleEvent',
    'Firefox ascribes the error to the script that dispatches, and hides that of another origin',
    'firefox',
  ],
];

/**
 * Probes that the shim answers otherwise than the browser in some runs, as the answer depends on
 * what comes first.
 */
export const RACES: readonly (readonly [probe: string, reason: string, only?: Engine])[] = [
  [
    'a socket of a frame that was replaced is closed',
    'in Firefox a document does not show that another one is in its place; on a WebSocket the shim ' +
      'learns it from the carrier, now before and now after the probe looks',
    'firefox',
  ],
];
