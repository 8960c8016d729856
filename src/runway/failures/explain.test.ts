import { CATALOG } from './error-catalog';
import type { CatalogEntry } from '../../contract/schemas/failure';
import { explain } from './explain';

const codes = (text: string) => explain(text).map(({ code }) => code);

describe('explain', () => {
  /** The code table of the error guide that this project implements. */
  it.each([
    ['13', ['internal_error']],
    ['INTERNAL', ['internal_error']],
    ['400', ['bad_request', 'insufficient_credits']],
    ['401', ['unauthorized']],
    ['402', ['payment_required']],
    ['403', ['forbidden']],
    ['404', ['not_found']],
    ['429', ['rate_limited', 'daily_limit_reached']],
    ['500', ['runway_server_error']],
  ])('knows %s of the guide', (text, expected) => {
    expect(codes(text).sort()).toEqual([...expected].sort());
  });

  it.each([
    ['payment_required', ['payment_required']],
    [' Payment_Required ', ['payment_required']],
    ['Runway.PaymentRequired', ['payment_required']],
    ['Reel.DailyBudgetReached', ['daily_budget_reached']],
    ['SAFETY.INPUT.TEXT', ['safety_input']],
    ['internal.bad_output.code01', ['bad_output']],
    ['THIRD_PARTY.UNAVAILABLE', ['third_party_unavailable']],
    ['INPUT_PREPROCESSING.INTERNAL', ['preprocessing_failed']],
    [
      'Generation failed: {"code":13,"message":"Internal error. Please try again later."}',
      ['internal_error'],
    ],
    ['HTTP 402', ['payment_required']],
    ['503', ['runway_overloaded']],
    ['504', ['submit_outcome_unknown']],
    ['499', ['submit_outcome_unknown']],
    ['412', ['refused']],
    ['HTTP 418', ['refused']],
    ['302', ['submit_outcome_unknown']],
    ['ENOTFOUND', ['not_sent']],
    ['econnreset', ['submit_outcome_unknown']],
  ])('knows %s', (text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  it.each([
    '',
    ' ',
    'nonsense',
    '12',
    '200',
    '999',
    'constructor',
    'INTERNALS',
    'Runway.',
    'x'.repeat(10_000),
  ])('knows nothing of %j', (text) => {
    expect(explain(text)).toEqual([]);
  });

  it('finds every entry by everything that it names', () => {
    for (const entry of CATALOG as readonly CatalogEntry[]) {
      const names = [
        entry.code,
        ...(entry.httpStatus ?? []),
        ...(entry.httpText ? [entry.httpText.status] : []),
        ...(entry.failureCodes ?? []),
        ...(entry.faults ?? []),
      ];
      for (const name of names) expect(explain(String(name))).toContain(entry);
    }
  });
});
