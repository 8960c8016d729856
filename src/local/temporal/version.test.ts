import { compareVersions, findVersion } from './version';

test('the version of the CLI is found in what it says', () => {
  expect(findVersion('temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)')).toBe('1.9.1');
  expect(findVersion('command not found')).toBeUndefined();
});

test('versions are compared by number, not by letter', () => {
  expect(compareVersions('1.10.0', '1.9.1')).toBeGreaterThan(0);
  expect(compareVersions('1.6.2', '1.9')).toBeLessThan(0);
  expect(compareVersions('1.9.0', '1.9')).toBe(0);
});
