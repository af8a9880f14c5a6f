// Not a test of this project: the runner's own test runs it.
describe('a sample whose hook fails', () => {
  before(() => {
    throw new Error('on purpose');
  });
  it('does not run', () => {});
});
