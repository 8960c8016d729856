/** What README.md tells people to send works. */
import { loadConfig } from '../../src/platform/config';
import { formatDuration, parseDuration } from '../../src/contract/duration';
import { RESOLVE_ACTIONS } from '../../src/contract/reel';
import { resolution } from '../../src/contract/schemas/reel';
import { REQUEST_FIELDS } from '../../src/contract/schemas/request';
import { parseReelRequest } from '../../src/runway/models/request-rules';
import { SCENARIOS } from '../../src/simulator/scenarios/scenarios';
import { codeIn, curlBodies, read, tableRows } from '../support/docs';

const page = read('README.md');

test('every curl body is a request that is accepted', () => {
  const bodies = curlBodies(page).filter((body) => !isDecision(body));
  expect(bodies.length).toBeGreaterThan(2);
  for (const body of bodies) expect(parseReelRequest(body)).toMatchObject({ ok: true });
  const [planted] = curlBodies(`curl -d '{"promptText": "A boat", "sound": true}'`);
  expect(parseReelRequest(planted)).toMatchObject({ ok: false });
});

test('every decision that it shows is one', () => {
  const inText = [...page.matchAll(/`(\{"action".*?\})`/g)].map(
    ([, json = '']) => JSON.parse(json) as unknown,
  );
  const decisions = [...curlBodies(page).filter(isDecision), ...inText].map((body) => resolution.parse(body));
  expect(new Set(decisions.map(({ action }) => action))).toEqual(new Set(RESOLVE_ACTIONS));
  expect(() => resolution.parse({ action: 'adopt' })).toThrow();
});

const isDecision = (body: unknown): boolean => Object.hasOwn(Object(body), 'action');

test('the fields and defaults of a request are those of the code', () => {
  const rows = tableRows(page, 'field', 'default');
  expect(rows.flatMap(([field = '']) => codeIn(field)).sort()).toEqual(Object.keys(REQUEST_FIELDS).sort());
  const parsed = parseReelRequest({ promptText: 'A boat' });
  for (const [field = '', cell = ''] of rows) {
    const [name = ''] = codeIn(field);
    const [value] = codeIn(cell);
    if (name === 'deadline') expect(formatDuration(parseDuration(value ?? '') ?? 0)).toBe('2 d');
    else if (name === 'onLostAnswer') expect(loadConfig({}).policy.onLostAnswer).toBe(value);
    else if (value !== undefined) expect(parsed).toMatchObject({ request: { [name]: asValue(value) } });
  }
});

const asValue = (text: string): unknown => (/^\d+$/.test(text) ? Number(text) : text);

test('every scenario that it names exists', () => {
  const known = SCENARIOS.map(({ name }) => name);
  const named = [...page.matchAll(/`#([a-z0-9-]+)`|#([a-z0-9-]+)"/g)].map(([, row, body]) => row ?? body);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !known.includes(name as never))).toEqual([]);
});

test('its test command is the one that CI runs', () => {
  expect(page).toMatch(/^npm ci && npm test$/m);
  expect(read('.ci/run')).toMatch(/^tests npm test\b/m);
});
