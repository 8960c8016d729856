/** Bugs in the real service, and an auditor that finds each of them, and nothing else. */
import { eventually } from '../../stack/eventually';
import { audit, INVARIANTS, type Violation } from './auditor';
import { gather, type Order, Watch } from './evidence';
import { LOGGED_KEY, type Mutant, MUTANTS } from './mutants';
import { placeOrder } from '../place-order';
import { SECRETS } from './secrets';
import { Stack } from '../stack';

/** One of these is ordered as well, and no bug is awake for it. */
const SOUND: Mutant = { name: 'sound', breaks: [], changes: [] };
const ALL = [SOUND, ...MUTANTS];

let stack: Stack;
const placed = new Map<string, { readonly order: Order; readonly watch: Watch }>();

beforeAll(async () => {
  const changes = [...MUTANTS.flatMap((mutant) => mutant.changes), LOGGED_KEY];
  // Long enough to be polled while it runs, also on a busy machine.
  stack = await Stack.start({ changes, taskSeconds: 6 });
  await Promise.all(ALL.map(place));
  await Promise.all(ALL.map(untilOver));
  await stack.api.end();
  await stack.calm();
});

afterAll(async () => {
  for (const { watch } of placed.values()) await watch.stop();
  await stack?.stop();
});

async function place({ name, scenario = '', request = {} }: Mutant): Promise<void> {
  const ids: string[] = [];
  const wish = {
    key: `key-${name}`,
    marker: name,
    request: { promptText: `A calm sea at dawn, ${name} ${scenario}`, ...request },
  };
  await placeOrder(stack, wish, async (id) => void ids.push(id));
  const [id = ''] = ids;
  const watch = new Watch(stack, id);
  const { maxCredits } = request as Pick<Order, 'maxCredits'>;
  placed.set(name, {
    order: {
      key: wish.key,
      marker: name,
      webhook: true,
      ids,
      ...(maxCredits !== undefined && { maxCredits }),
    },
    watch,
  });
  // The same wish once more.
  await placeOrder(stack, wish, async (again) => void ids.push(again));
}

/** Ended, and everything was told that will be. */
async function untilOver({ name, endless, tellings = 1 }: Mutant): Promise<void> {
  const { watch } = found(name);
  if (endless) {
    await eventually(`${name}: its task is done`, () => isTaskDone(name));
    return;
  }
  await eventually(`the end of ${name}`, () => watch.ended);
  await eventually(`webhooks of ${name}`, () => stack.receiver.of(watch.id).length >= tellings);
}

function isTaskDone(name: string): boolean {
  const { posts, tasks } = stack.simulator.ledger();
  const post = posts.find(({ prompt }) => prompt?.includes(name));
  return tasks.some(
    ({ id, polls }) => id === post?.taskId && polls.some(({ answer }) => answer === 'SUCCEEDED'),
  );
}

function found(name: string) {
  const one = placed.get(name);
  if (!one) throw new Error(`${name} was not ordered`);
  return one;
}

async function violationsOf(name: string): Promise<Violation[]> {
  const { order, watch } = found(name);
  return audit(await gather(stack, [order], [watch]), Object.values(SECRETS));
}

test('a sound reel in the same service breaks nothing', async () => {
  expect(await violationsOf('sound')).toEqual([]);
});

test.each(MUTANTS.map(({ name, breaks }) => [name, breaks] as const))(
  '%s breaks %j',
  async (name, breaks) => {
    const violations = await violationsOf(name);
    expect(violations.filter(({ invariant }) => !breaks.includes(invariant))).toEqual([]);
    expect(new Set(violations.map(({ invariant }) => invariant))).toEqual(new Set(breaks));
  },
);

test('a key in the log of the API is found', async () => {
  await stack.request('/healthz?bug-logged-key');
  const violations = await violationsOf('sound');
  expect(violations).toEqual([
    { invariant: 'secrets', what: expect.stringContaining('log of api') as string },
  ]);
});

test('there is a bug for every invariant', () => {
  expect(new Set(MUTANTS.flatMap(({ breaks }) => breaks))).toEqual(new Set(Object.keys(INVARIANTS)));
});
