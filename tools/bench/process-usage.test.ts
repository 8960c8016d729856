import { processUsage } from './process-usage';

test('a process is seen to work and to hold memory', () => {
  const before = processUsage(process.pid);
  const held = Buffer.alloc(200 * 1_024 * 1_024, 1);
  const end = Date.now() + 60_000;
  let now = processUsage(process.pid);
  while (now.cpuSeconds < before.cpuSeconds + 0.1 && Date.now() < end) now = processUsage(process.pid);
  expect(now.cpuSeconds).toBeGreaterThanOrEqual(before.cpuSeconds + 0.1);
  expect(now.peakMegabytes * 1_024 * 1_024).toBeGreaterThanOrEqual(held.byteLength);
});

test('of a process that is gone nothing is made up', () => {
  expect(() => processUsage(2 ** 30)).toThrow();
});
