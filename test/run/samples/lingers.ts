// Not a test of this project: the runner's own test runs it.
it('leaves a timer', () => void setInterval(() => {}, 1000));
