/** docs/cli.md names what the command line has. */
import { EXIT } from '../../src/cli/exit-code';
import { closeServers, listen, runCommand } from '../support/cli';
import { codeIn, read, tableRows } from '../support/docs';

const page = read('docs/cli.md');

test('its commands are those of the help', async () => {
  const { out } = await runCommand(['--help']);
  const commands = [...out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
  const named = tableRows(page, 'command', 'what it does').flatMap(([name = '']) => codeIn(name));
  expect(named.sort()).toEqual(commands.sort());
});

test('its exit codes are those of the code', () => {
  const codes = tableRows(page, 'code', 'meaning').map(([code]) => Number(code));
  expect(codes).toEqual(Object.values(EXIT));
});

test.each(['README.md', 'docs/cli.md'])('every command line of %s is understood', async (path) => {
  const lines = [...read(path).matchAll(/npx durable-reels ([^#\n&|)]+)/g)].map(([, line = '']) =>
    line.trim(),
  );
  expect(lines.length).toBeGreaterThan(3);
  // What is understood gets as far as an address where nobody listens.
  const nobody = await listen(() => undefined);
  await closeServers();
  for (const line of lines.filter((each) => !each.startsWith('<'))) {
    const args = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
    const { err } = await runCommand([...args, '--url', nobody], { NO_COLOR: '1' });
    if (line.includes('videos/')) expect(err).toContain('There is no folder videos/');
    else expect([line, err]).toEqual([line, expect.stringContaining('cannot be reached')]);
  }
});
