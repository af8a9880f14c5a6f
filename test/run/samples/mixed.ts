// Not a test of this project: the runner's own test runs it.
describe('a sample', () => {
  it('passes', () => {});
  it('fails', () => {
    throw new Error('on purpose');
  });
  it('is skipped', function () {
    this.skip();
  });
});
