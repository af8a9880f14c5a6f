import assert from 'node:assert/strict';
import { RouteTable } from '../../../gateway/route/route-table.ts';

function table(...paths: string[]): RouteTable<string> {
  const routes = new RouteTable<string>();
  for (const path of paths) routes.add(path, `to ${path}`);
  return routes;
}

describe('the route table', () => {
  it('finds the longest prefix', () => {
    const routes = table('/a', '/a/b', '/c');
    assert.deepEqual(routes.find('/a/b/x'), { path: '/a/b', value: 'to /a/b', rest: '/x' });
    assert.deepEqual(routes.find('/a/x/b'), { path: '/a', value: 'to /a', rest: '/x/b' });
    assert.deepEqual(routes.find('/c'), { path: '/c', value: 'to /c', rest: '' });
    assert.deepEqual(routes.find('/c/'), { path: '/c', value: 'to /c', rest: '/' });
  });

  it('ends prefixes at segment boundaries', () => {
    assert.equal(table('/a').find('/ab'), undefined);
    assert.equal(table('/a/b').find('/a'), undefined);
    assert.equal(table('/a').find('/'), undefined);
  });

  it('ends prefixes where path parameters begin', () => {
    const routes = table('/a', '/a/b');
    assert.deepEqual(routes.find('/a;id=1'), { path: '/a', value: 'to /a', rest: ';id=1' });
    assert.deepEqual(routes.find('/a/b;id=1/c'), { path: '/a/b', value: 'to /a/b', rest: ';id=1/c' });
    assert.deepEqual(routes.find('/a;id=1/b'), { path: '/a', value: 'to /a', rest: ';id=1/b' });
    assert.equal(routes.find('/a%3Bid=1'), undefined);
    assert.equal(routes.find(';id=1'), undefined);
  });

  it('has a route for everything if there is one at the root', () => {
    const routes = table('', '/a');
    assert.deepEqual(routes.find('/x/y'), { path: '', value: 'to ', rest: '/x/y' });
    assert.deepEqual(routes.find('/'), { path: '', value: 'to ', rest: '/' });
    assert.equal(routes.find('/a')?.path, '/a');
  });

  it('compares as sent', () => {
    const routes = table('/a');
    for (const path of ['/A', '/%61', '//a', '/./a', 'a', '', '\\a'])
      assert.equal(routes.find(path), undefined, path);
  });

  it('finds a route as long as the path, and one that ends where the path goes on', () => {
    const routes = table('/abc/d', '/abc');
    assert.equal(routes.find('/abc/d')?.path, '/abc/d');
    assert.equal(routes.find('/abc/d/')?.rest, '/');
    assert.equal(routes.find('/abc/de')?.path, '/abc');
    assert.equal(table('').find('x/y'), undefined);
  });

  it('looks up no more for a path of 16,000 slashes than for one of a few', () => {
    const lookups: unknown[] = [];
    const get = Map.prototype.get;
    const routes = table('', '/a', '/a/b');
    Map.prototype.get = function (this: Map<unknown, unknown>, key: unknown) {
      lookups.push(key);
      return get.call(this, key);
    };
    try {
      routes.find('/'.repeat(16_000));
    } finally {
      Map.prototype.get = get;
    }
    assert.ok(lookups.length <= 5, `${lookups.length} lookups`);
  });

  it('takes a path once', () => {
    assert.throws(() => table('/a', '/a'), /the route \/a is there already/);
  });
});
