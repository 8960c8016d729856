/** What one read of the account says. Free, and evidence at best: everything in it may be missing or late. */
import type { AccountFinding, Counters } from '../../contract/schemas/findings';
import { parseObject, wordsOf } from './answer-text';
import type { Exchange } from './exchange';
import type { RunwayUsage } from '../../contract/schemas/usage';

interface Organization {
  readonly creditBalance?: number;
  /** Credits that may be bought in a month. */
  readonly maxMonthlyCreditSpend?: number;
  readonly models: Readonly<Record<string, ModelUse>>;
}

interface ModelUse {
  /** In the last 24 hours. */
  readonly dailyGenerations?: number;
  /** Absent where there is no limit. */
  readonly maxDailyGenerations?: number;
  readonly maxConcurrentGenerations?: number;
}

export type OrganizationRead =
  | { readonly kind: 'organization'; readonly organization: Organization }
  /** 401, 402, 403: the key or the account. */
  | { readonly kind: 'refused'; readonly httpStatus: number; readonly words: string }
  | { readonly kind: 'fault'; readonly words: string };

export function organizationRead(exchange: Exchange): OrganizationRead {
  const { status, fault, bodyText } = exchange;
  const words = wordsOf(exchange);
  if (status === 401 || status === 402 || status === 403)
    return { kind: 'refused', httpStatus: status, words };
  const raw = status === 200 && fault === undefined ? parseObject(bodyText) : undefined;
  if (!raw) return { kind: 'fault', words };
  const tier = objectIn(raw, 'tier');
  return {
    kind: 'organization',
    organization: {
      // A balance may be negative: it is shown as it is.
      ...numberAs('creditBalance', raw['creditBalance']),
      ...numberAs('maxMonthlyCreditSpend', tier['maxMonthlyCreditSpend']),
      models: modelsOf(objectIn(tier, 'models'), objectIn(objectIn(raw, 'usage'), 'models')),
    },
  };
}

/** The account, as far as it concerns one model. */
export function accountFinding(read: OrganizationRead, model: string): AccountFinding | undefined {
  if (read.kind === 'refused') return { refused: read.httpStatus };
  if (read.kind === 'fault') return undefined;
  const { creditBalance, models } = read.organization;
  return { ...numberAs('creditBalance', creditBalance), ...useOf(models, model) };
}

/** The counters that a create moves; undefined when Runway did not tell them. */
export function countersOf(read: OrganizationRead, model: string): Counters | undefined {
  if (read.kind !== 'organization') return undefined;
  const { creditBalance, models } = read.organization;
  return {
    ...numberAs('creditBalance', creditBalance),
    ...numberAs('dailyGenerations', useOf(models, model)?.dailyGenerations),
  };
}

function modelsOf(
  limits: Readonly<Record<string, unknown>>,
  usage: Readonly<Record<string, unknown>>,
): Organization['models'] {
  const names = new Set([...Object.keys(limits), ...Object.keys(usage)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const limit = objectIn(limits, name);
      return [
        name,
        {
          ...numberAs('dailyGenerations', objectIn(usage, name)['dailyGenerations']),
          ...numberAs('maxDailyGenerations', limit['maxDailyGenerations']),
          ...numberAs('maxConcurrentGenerations', limit['maxConcurrentGenerations']),
        },
      ];
    }),
  );
}

function useOf(models: Organization['models'], model: string): ModelUse | undefined {
  return Object.hasOwn(models, model) ? models[model] : undefined;
}

function objectIn(parent: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> {
  const value = Object.hasOwn(parent, key) ? parent[key] : undefined;
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function numberAs<K extends string>(key: K, value: unknown): Partial<Record<K, number>> {
  return typeof value === 'number' && Number.isFinite(value)
    ? ({ [key]: value } as Partial<Record<K, number>>)
    : {};
}

/** @returns undefined when Runway did not tell. */
export function organizationUsage({ status, fault, bodyText }: Exchange): RunwayUsage | undefined {
  const results = status === 200 && fault === undefined ? parseObject(bodyText)?.['results'] : undefined;
  if (!Array.isArray(results)) return undefined;
  return { days: (results as unknown[]).flatMap(dayOf) };
}

function dayOf(result: unknown): RunwayUsage['days'][number][] {
  const { date, usedCredits } = (result ?? {}) as { date?: unknown; usedCredits?: unknown };
  if (typeof date !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(date) || !Array.isArray(usedCredits)) return [];
  const models = (usedCredits as ({ model?: unknown; amount?: unknown } | null)[]).flatMap((used) =>
    typeof used?.model === 'string' && typeof used.amount === 'number'
      ? [[used.model, used.amount] as const]
      : [],
  );
  return [{ date: date.slice(0, 10), models: Object.fromEntries(models) }];
}
