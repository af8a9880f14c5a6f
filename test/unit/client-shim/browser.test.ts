import assert from 'node:assert/strict';
import { isArrayBuffer, isBlob, isView } from '../../../client-shim/src/browser/binary.ts';
import { hasAccessors } from '../../../client-shim/src/browser/define.ts';
import { onPageLifecycle } from '../../../client-shim/src/browser/page-lifecycle.ts';
import { baseUrl, currentScript, pageOrigin } from '../../../client-shim/src/browser/place.ts';
import { randomId } from '../../../client-shim/src/browser/random.ts';
import { TaskQueue } from '../../../client-shim/src/browser/task-queue.ts';
import { withGlobals } from '../../support/realm/globals.ts';

/** Runs with these globals. */
function withValues<T>(globals: Record<string, unknown>, run: () => T): T {
  const undo = withGlobals(globals);
  try {
    return run();
  } finally {
    undo();
  }
}

const elements = (of: Record<string, unknown[]>) => ({
  getElementsByTagName: (name: string) => of[name] ?? [],
});

describe('Place of the page', () => {
  it('has the base that the document states, else that of its base element, else its address', () => {
    const location = { href: 'http://page/' };
    assert.equal(withValues({ location, document: { baseURI: 'http://base/' } }, baseUrl), 'http://base/');
    const bases = [{ href: '' }, { href: 'http://element/' }];
    assert.equal(withValues({ location, document: elements({ base: bases }) }, baseUrl), 'http://element/');
    assert.equal(withValues({ location, document: elements({}) }, baseUrl), 'http://page/');
    assert.equal(withValues({ location: undefined }, baseUrl), '');
  });

  it('has an origin without a default port', () => {
    for (const [href, origin] of [
      ['http://Host:80/x', 'http://host'],
      ['https://host:443/', 'https://host'],
      ['http://host:443/', 'http://host:443'],
      ['http://user:pw@host:81/x?@y', 'http://host:81'],
      ['file:///C:/x.html', 'null'],
    ])
      assert.equal(withValues({ location: { href }, origin: undefined }, pageOrigin), origin, href);
    assert.equal(
      withValues({ location: { href: 'http://x/' }, origin: 'null' }, pageOrigin),
      'null',
      'sandboxed',
    );
  });

  it("has the origin of its address, whatever a variable of the page says, and the window's elsewhere", () => {
    const http = { href: 'http://host/' };
    for (const [location, origin, right] of [
      [http, { x: 0 }, 'http://host'],
      [http, 'http://cdn.test', 'http://host'],
      [{ href: 'about:srcdoc' }, 'https://host', 'https://host'],
      [{ href: 'blob:https://host/1-2' }, 'https://host', 'https://host'],
      [{ href: 'about:blank' }, { x: 0 }, 'null'],
      [{ href: 'app://page/' }, 'app://page', 'app://page'],
    ] as const)
      assert.equal(withValues({ location, origin }, pageOrigin), right, location.href);
  });

  it('has a script that is being run: the current one, or the last that the parser met', () => {
    const [first, last] = [{}, {}];
    const document = elements({ script: [first, last] });
    assert.equal(withValues({ document }, currentScript), last);
    assert.equal(withValues({ document: { ...document, currentScript: first } }, currentScript), first);
    assert.equal(withValues({ document: elements({}) }, currentScript), undefined);
    assert.equal(withValues({ document: undefined }, currentScript), undefined);
  });
});

describe('Leaving of the page', () => {
  const heard = (globals: Record<string, unknown>) => {
    const types: string[] = [];
    let left = 0;
    const rests: boolean[] = [];
    const add = (type: string, listener: (event: object) => void) => {
      types.push(type);
      listener({ persisted: true });
      listener({ persisted: false });
    };
    withValues({ addEventListener: undefined, attachEvent: undefined, ...fill(globals, add) }, () => {
      onPageLifecycle(
        () => {
          left += 1;
        },
        (resting) => rests.push(resting),
      );
    });
    return [types, left, rests];
  };
  const fill = (globals: Record<string, unknown>, add: unknown) =>
    Object.fromEntries(Object.entries(globals).map(([name, value]) => [name, value === 'add' ? add : value]));

  it('is pagehide without persisted, else unload, which would bar the page from the back/forward cache', () => {
    assert.deepEqual(heard({ onpagehide: null, addEventListener: 'add' }).slice(0, 2), [
      ['pagehide', 'pageshow'],
      1,
    ]);
    assert.deepEqual(heard({ addEventListener: 'add' }).slice(0, 2), [['unload', 'pageshow'], 2]);
    assert.deepEqual(heard({ attachEvent: 'add' }), [['onunload'], 2, []]);
    assert.deepEqual(heard({}), [[], 0, []]);
  });

  it('is distinguished from a rest in the back/forward cache, which ends with a pageshow that says persisted', () => {
    assert.deepEqual(heard({ onpagehide: null, addEventListener: 'add' })[2], [true, false]);
  });
});

describe('Binary data', () => {
  it('is distinguished by kind, not by constructor', () => {
    assert.deepEqual(
      [new ArrayBuffer(1), new Uint8Array(1), { byteLength: 1 }, null, 'x'].map(isArrayBuffer),
      [true, false, false, false, false],
    );
    assert.deepEqual(
      [
        new Uint8Array(1),
        new Float64Array(1),
        new DataView(new ArrayBuffer(1)),
        new ArrayBuffer(1),
        { buffer: new ArrayBuffer(1) },
        [],
      ].map(isView),
      [true, true, true, false, false, false],
    );
    assert.deepEqual([new Blob([]), {}, undefined].map(isBlob), [true, false, false]);
  });
});

describe('Random names', () => {
  it('are of the requested length, and new each time, also without a source of randomness', () => {
    for (const crypto of [globalThis.crypto, undefined, {}, { getRandomValues() {} }]) {
      const made = new Set(withValues({ crypto }, () => Array.from({ length: 100 }, () => randomId(24))));
      assert.equal(made.size, 100);
      for (const name of made) assert.match(name, /^[\w-]{24}$/);
    }
  });
});

describe('Accessors', () => {
  it('are there if a plain object can have one', () => {
    assert.equal(hasAccessors(), true);
  });
});

describe('The queue of tasks', () => {
  it('takes any number that come while one of them runs, also where there is no MessageChannel: an alert of IE lets them in', () => {
    withValues({ MessageChannel: undefined }, () => {
      const queue = new TaskQueue();
      let ran = 0;
      queue._add(() => {
        for (let i = 0; i < 100_000; i += 1)
          queue._add(() => {
            ran += 1;
          });
      });
      assert.equal(ran, 100_000);
    });
  });
});
