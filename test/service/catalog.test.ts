/** Every entry of the catalog is met end to end: here by a scenario of the simulator, or in the suite that is named. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { failureType } from '../../src/activities/failure';
import { CATALOG, type CatalogCode } from '../../src/runway/failures/error-catalog';
import { always, type Scenario } from '../../src/simulator/scenarios/scenario';
import { eventually } from '../../tools/stack/eventually';
import { Service } from '../support/service';

/** What to order so that the failure is met. */
const BY_SCENARIO: Partial<Record<CatalogCode, string>> = {
  internal_error: 'internal-once',
  no_failure_code: 'codeless-once',
  preprocessing_failed: 'input-internal-once',
  third_party_unavailable: 'third-party-once',
  bad_output: 'bad-output',
  safety_input: 'safety-input',
  safety_text: 'input-preprocessing',
  safety_output: 'safety-output',
  invalid_asset: 'asset-invalid',
  unknown_failure_code: 'unknown-failure',
  cancelled_at_runway: 'cancelled-by-runway',
  task_not_found: 'polls-404-forever',
  insufficient_credits: 'no-credits',
  payment_required: 'http-402',
  unauthorized: 'http-401',
  forbidden: 'http-403',
  bad_request: 'http-400',
  not_found: 'http-404',
  method_not_allowed: 'http-405',
  payload_too_large: 'http-413',
  unprocessable: 'http-422',
  no_longer_offered: 'http-410',
  refused: 'http-415',
  rate_limited: '429-once',
  daily_limit_reached: '429-daily',
  runway_server_error: '500-once',
  runway_overloaded: '503-once',
  submit_outcome_unknown: 'lost-504',
  output_delayed: 'output-500-once',
};

/** Failures that take more than an order, and the suite that brings them about. */
const ELSEWHERE: Partial<Record<CatalogCode, string>> = {
  wrong_backend: 'test/system/operator.test.ts',
  wrong_database: 'test/system/operator.test.ts',
  invalid_request: 'test/system/operator.test.ts',
  reel_exists: 'test/system/operator.test.ts',
  stopped_by_operator: 'test/system/operator.test.ts',
  daily_budget_reached: 'test/integration/money.test.ts',
  price_mismatch: 'test/integration/money.test.ts',
  stalled: 'test/integration/money.test.ts',
  history_lost: 'test/integration/api.test.ts',
  read_failed: 'src/activities/settle/cancel-generation.test.ts',
  output_not_playable: 'src/activities/store/store-output.test.ts',
  output_unavailable: 'test/service/output.test.ts',
  storage_unavailable: 'src/activities/submit/submit-generation.test.ts',
  unknown_error: 'src/domain/failure.test.ts',
};

const HERE: readonly CatalogCode[] = ['not_sent', 'deadline_exceeded', 'never_started', 'budget_exhausted'];

test('no entry is without a place where it is met', () => {
  const places = [...Object.keys(BY_SCENARIO), ...Object.keys(ELSEWHERE), ...HERE];
  expect(places.sort()).toEqual(CATALOG.map(({ code }) => code as string).sort());
  for (const [code, file] of Object.entries(ELSEWHERE)) {
    const text = readFileSync(path.join(__dirname, '../..', file), 'utf8');
    expect([code, text.includes(code) || text.includes(failureType(code))]).toEqual([code, true]);
  }
});

/** Whether a failure of this type stands in the run: in its history, or as the last failure of what is pending. */
async function isMet(service: Service, id: string, type: string): Promise<boolean> {
  const { raw } = await service.handle(id).describe();
  const { events } = await service.handle(id).fetchHistory();
  const failures = [
    ...(raw.pendingActivities ?? []).map(({ lastFailure }) => lastFailure),
    ...(events ?? []).flatMap((event) => [
      event.activityTaskFailedEventAttributes?.failure,
      event.activityTaskStartedEventAttributes?.lastFailure,
    ]),
  ];
  return failures.some((failure) => failure?.applicationFailureInfo?.type === type);
}

describe('by a scenario', () => {
  let service: Service;
  const orders = new Map<string, string>();
  beforeAll(async () => {
    service = await Service.start({
      simulator: { scenarioFor: chargedFailure },
      policy: { reelDeadlineMs: 172_800_000 },
    });
    for (const [code, scenario] of Object.entries(BY_SCENARIO))
      orders.set(code, (await service.order(scenario)).id);
  });
  afterAll(() => service.stop());

  test.each(Object.keys(BY_SCENARIO))('%s', async (code) => {
    const id = orders.get(code) ?? '';
    await eventually(code, () => isMet(service, id, failureType(code)));
  });

  test('budget_exhausted: no generation is begun beyond the maximum, and what was charged is said', async () => {
    const reel = await service.make('charged-failure', { maxCredits: 100 });
    expect(reel).toMatchObject({
      status: 'failed',
      failure: { code: 'budget_exhausted' },
      credits: { charged: 80 },
    });
    expect(reel.failure?.message).toContain('Charged so far: $0.80 (80 credits)');
    // Why another one was wanted at all, and the Operation ID that support asks for.
    expect(reel.failure?.message).toContain('Generation 1 ended before with INTERNAL.');
    expect(reel.failure?.operationId).toBe(reel.generations[0]?.runwayTaskId);
    expect(reel.generations).toHaveLength(1);
  });
});

/** A failure that Runway charges for all the same. */
function chargedFailure({ promptText }: Readonly<Record<string, unknown>>): Scenario | undefined {
  if (!String(promptText).includes('#charged-failure')) return undefined;
  const end = { status: 'FAILED', failure: 'no reason', failureCode: 'INTERNAL', refunded: false } as const;
  return { about: 'INTERNAL, and charged', lives: always({ end }) };
}

describe('when time runs out', () => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start({ simulator: { taskSeconds: 2 }, policy: { reelDeadlineMs: 6_000 } });
  });
  afterAll(() => service.stop());

  test.each([
    ['deadline_exceeded', 'stuck'],
    ['never_started', 'throttled-forever'],
  ])('%s: the task is looked at once more and deleted', async (code, scenario) => {
    const reel = await service.make(scenario);
    expect(reel).toMatchObject({ status: 'failed', failure: { code } });
    expect(service.tasks(scenario)[0]?.status).toBe('DELETED');
  });

  test('not_sent: a Runway that cannot be reached is tried again until the deadline, and nothing is charged', async () => {
    await service.simulator.close();
    const { id } = await service.order();
    await eventually('not_sent', () => isMet(service, id, failureType('not_sent')));
    expect(await service.ended(id)).toMatchObject({
      status: 'failed',
      failure: { code: 'deadline_exceeded' },
      credits: { charged: 0, uncertain: 0 },
    });
  });
});
