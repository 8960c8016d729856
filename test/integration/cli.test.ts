/** The command line against the real service: it reads what the service answers, and settles a lost answer. */
import { runCli } from '../../src/cli/program';
import { createTerminal } from '../../src/cli/terminal';
import { Service } from '../support/service';

let service: Service;
beforeAll(async () => {
  service = await Service.start({ policy: { decisionPatienceMs: 600_000 } });
});
afterAll(() => service?.stop());

async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const terminal = createTerminal(
    { write: (text) => Boolean((out += String(text))), isTTY: false, columns: 0 },
    { write: (text) => Boolean((err += String(text))) },
    {},
  );
  const code = await runCli(args, { terminal, env: { DURABLE_REELS_URL: service.api.url } });
  return { code, out, err };
}

test.each([
  ['13', 'Runway had an internal error'],
  ['INTERNAL', 'Runway had an internal error'],
  ['402', 'Runway asks for payment'],
  ['SAFETY.INPUT.TEXT', 'Runway refused these words'],
  ['insufficient_credits', 'dev.runwayml.com'],
])('explain %s', async (code, words) => {
  const ran = await cli('explain', code);
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toContain(words);
  expect(ran.out).toMatch(/What you can do\n {2}1\. /);
});

test('a code that nobody knows is refused', async () => {
  expect(await cli('explain', 'nonsense')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('durable-reels explain'),
  });
});

test('a lost answer is found, read and settled with the task that Runway has', async () => {
  const { id } = await service.order('lost-504-with-task');
  await service.until(id, 'the question', ({ status }) => status === 'needs_decision');

  expect((await cli('list', '--status', 'needs_decision')).out).toContain(id);
  const { out } = await cli('show', id);
  expect(out).toContain(`durable-reels resolve ${id} --adopt <Operation ID>`);
  expect(out).toMatch(/charged +\$0\.00 \(0 credits\), and perhaps \$0\.80 \(80 credits\) more/);
  expect(await cli('remake', id)).toMatchObject({ code: 2, err: expect.stringContaining('has not ended') });

  const nobody = await cli('resolve', id, '--adopt', '00000000-0000-4000-8000-000000000000');
  expect(nobody).toMatchObject({ code: 2, out: '' });
  const task = service.simulator.ledger().tasks.at(-1);
  expect(await cli('resolve', id, '--adopt', task?.id ?? '')).toMatchObject({ code: 0, err: '' });
  expect(await service.ended(id)).toMatchObject({ status: 'succeeded' });
  await service.closed(id);
  expect((await cli('support', id)).out).toContain(task?.id);
});

test('an ended reel is made again, and both name each other', async () => {
  const { id } = await service.order('http-402');
  await service.ended(id);
  await service.closed(id);
  expect((await cli('show', id)).out).toMatch(/failed[^]+What you can do\n {2}1\. Buy API credits/);
  const { code, out } = await cli('remake', id, '--json');
  expect(code).toBe(0);
  const remade = (JSON.parse(out) as { id: string }).id;
  expect((await cli('show', remade)).out).toMatch(new RegExp(`made from +${id}`));
  expect((await cli('show', id)).out).toMatch(new RegExp(`made again as +${remade}`));
  await service.ended(remade);
  await service.closed(remade);
});

test('usage counts what was charged; an account that cannot be read says why', async () => {
  const { id } = await service.order();
  await service.ended(id);
  await service.closed(id);
  expect((await cli('usage', '--days', '2')).out).toMatch(new RegExp(`${id} +80 +0 +0 +0`));
  expect(await cli('account')).toMatchObject({
    code: 1,
    err: expect.stringContaining('RUNWAYML_API_SECRET'),
  });
});
