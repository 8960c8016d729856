import { whatRanOut, runBounded } from './bounded-process';

const node = (script: string) => [process.execPath, '-e', script];
const BOUNDS = { cpuSeconds: 2, memoryBytes: 512 * 1024 * 1024 };

test('an answer comes as it was written', async () => {
  await expect(runBounded(node('console.log(1 + 1)'), BOUNDS)).resolves.toMatchObject({
    how: 'answered',
    output: '2\n',
  });
});

test('it has nothing of our environment', async () => {
  const { output } = (await runBounded(node('console.log(JSON.stringify(process.env))'), BOUNDS)) as {
    output: string;
  };
  expect(JSON.parse(output)).toEqual({});
});

test('one that spins runs out of CPU time', async () => {
  await expect(runBounded(node('for (;;);'), BOUNDS)).resolves.toEqual({ how: 'exceeded', what: 'CPU time' });
});

test('one that takes more memory than it may is ended', async () => {
  const hoard = 'const all = []; for (;;) all.push(Buffer.alloc(1 << 24, 1));';
  await expect(runBounded(node(hoard), { ...BOUNDS, cpuSeconds: 30 })).resolves.toEqual({
    how: 'exceeded',
    what: 'memory',
  });
});

test('one that floods its output is ended', async () => {
  const flood = 'for (;;) require("fs").writeSync(1, "x".repeat(65536));';
  const { how } = await runBounded(node(flood), { ...BOUNDS, cpuSeconds: 30 });
  expect(how).toBe('exceeded');
});

test.each([
  [null, 'SIGXCPU', '', 'CPU time'],
  [null, 'SIGABRT', '', 'memory'],
  [1, null, 'Cannot allocate memory', 'memory'],
  [1, null, 'Invalid data found', undefined],
  [0, null, '', undefined],
])('exit code %s, signal %s and "%s" mean: %s', (code, signal, errors, what) => {
  expect(whatRanOut(code, signal, errors)).toBe(what);
});
