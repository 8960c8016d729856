import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes';
import { ensureSearchAttributes } from './ensure-search-attributes';

const ALL = SEARCH_ATTRIBUTES.map(({ name }) => name);

/** Temporal's operator service, with these attributes registered. */
function operator(registered: readonly string[]) {
  const known = new Set(registered);
  return {
    listSearchAttributes: jest.fn(() =>
      Promise.resolve({ customAttributes: Object.fromEntries([...known].map((name) => [name, 2])) }),
    ),
    addSearchAttributes: jest.fn(({ searchAttributes }: { searchAttributes: Record<string, number> }) => {
      for (const name of Object.keys(searchAttributes)) known.add(name);
      return Promise.resolve({});
    }),
  };
}
const ensure = (service: ReturnType<typeof operator>) =>
  ensureSearchAttributes(service as unknown as Parameters<typeof ensureSearchAttributes>[0], 'simulated');

test('what is missing is registered, in one call, with its type', async () => {
  const service = operator(['ReelStatus', 'OfSomebodyElse']);
  await ensure(service);
  expect(service.addSearchAttributes).toHaveBeenCalledTimes(1);
  expect(service.addSearchAttributes).toHaveBeenCalledWith({
    namespace: 'simulated',
    searchAttributes: {
      ReelCause: 2,
      ReelModel: 2,
      ReelTitle: 1,
      ReelTaskIds: 7,
      ReelUncertainCredits: 3,
      ReelClient: 2,
    },
  });
});

test('where all are there, nothing is changed', async () => {
  const service = operator(ALL);
  await ensure(service);
  expect(service.addSearchAttributes).not.toHaveBeenCalled();
});

test('API and worker may register at once: the second one is content', async () => {
  const service = operator([]);
  const add = service.addSearchAttributes.getMockImplementation();
  service.addSearchAttributes.mockImplementation(async (request) => {
    await add?.(request);
    throw new Error('already exists');
  });
  await expect(ensure(service)).resolves.toBeUndefined();
});

test('who may not register is told the command, with every missing attribute and its type', async () => {
  const service = operator(ALL.filter((name) => name !== 'ReelTitle' && name !== 'ReelTaskIds'));
  service.addSearchAttributes.mockRejectedValue(new Error('permission denied'));
  await expect(ensure(service)).rejects.toMatchObject({
    message: expect.stringContaining(
      'temporal operator search-attribute create --namespace simulated --name ReelTitle --type Text --name ReelTaskIds --type KeywordList',
    ) as string,
    cause: expect.objectContaining({ message: 'permission denied' }) as Error,
  });
});

test('a Temporal that cannot be asked stops the start', async () => {
  const service = operator(ALL);
  service.listSearchAttributes.mockRejectedValue(new Error('unavailable'));
  await expect(ensure(service)).rejects.toThrow('unavailable');
});
