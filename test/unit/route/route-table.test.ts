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

  it('takes a path once', () => {
    assert.throws(() => table('/a', '/a'), /the route \/a is there already/);
  });
});
