/** Where the system has no `prlimit`, this process watches: on Linux by /proc, elsewhere by ps. */
import { existsSync } from 'node:fs';
import { type Bounds, runBounded, withLimits } from './bounded-process';

jest.mock('node:fs', () => {
  const real = jest.requireActual<{ existsSync: (file: string) => boolean }>('node:fs');
  return { ...real, existsSync: (file: string) => !file.endsWith('/prlimit') && real.existsSync(file) };
});

const node = (script: string) => [process.execPath, '-e', script];
const BOUNDS: Bounds = { cpuSeconds: 2, memoryBytes: 256 * 1024 * 1024 };

describe.each(['linux', 'darwin'] as const)('as on %s', (platform) => {
  const real = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor;
  beforeAll(() => {
    Object.defineProperty(process, 'platform', { ...real, value: platform });
  });
  afterAll(() => {
    Object.defineProperty(process, 'platform', real);
  });

  test('no limits of the system stand in front of the command', () => {
    expect(existsSync('/usr/bin/prlimit')).toBe(false);
    expect(withLimits(['program'], BOUNDS).filter((word) => word.includes('prlimit'))).toEqual([]);
  });

  test('an answer comes as it was written', async () => {
    await expect(runBounded(node('console.log(1 + 1)'), BOUNDS)).resolves.toMatchObject({
      how: 'answered',
      output: '2\n',
    });
  });

  test('one that spins runs out of CPU time', async () => {
    await expect(runBounded(node('for (;;);'), BOUNDS)).resolves.toEqual({
      how: 'exceeded',
      what: 'CPU time',
    });
  });

  test('a child of it that spins does too', async () => {
    const parent = `require('child_process').spawn(process.execPath, ['-e', 'for (;;);']); setInterval(() => {}, 1e9)`;
    await expect(runBounded(node(parent), BOUNDS)).resolves.toEqual({ how: 'exceeded', what: 'CPU time' });
  });

  test('one that takes more memory than it may is ended', async () => {
    const hoard = 'const all = []; setInterval(() => all.push(Buffer.alloc(1 << 24, 1)), 50);';
    await expect(runBounded(node(hoard), { ...BOUNDS, cpuSeconds: 60 })).resolves.toEqual({
      how: 'exceeded',
      what: 'memory',
    });
  });
});
