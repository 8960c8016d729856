import type { Readiness } from '../../contract/schemas/health';
import { useState } from 'preact/hooks';
import type { Account } from '../../contract/schemas/account';
import type { DailyBudget, Usage } from '../../contract/schemas/usage';
import { ApiProblem, callApi } from '../service/http';
import { usePoll } from './use-poll';

export interface Health {
  /** By part: `temporal`, `worker`, `waits`, `storage`. Undefined before the first answer. */
  readonly parts?: Readiness['parts'];
  readonly unreachable: boolean;
  /** Only admins see it. */
  readonly account?: Account;
  readonly budget?: DailyBudget;
}

const READY_EVERY_MS = 15_000;
const BUDGET_EVERY_MS = 60_000;
const ACCOUNT_EVERY_MS = 60_000;

export function useHealth(signedIn: boolean, admin: boolean): Health {
  const [health, setHealth] = useState<Health>({ unreachable: false });

  usePoll(
    async (signal) => {
      const found = await callApi<Partial<Readiness>>('readyz', { signal }).catch(partsOf);
      setHealth((before) => ({ ...before, parts: found.parts, unreachable: found.parts === undefined }));
    },
    READY_EVERY_MS,
    signedIn,
  );
  usePoll(
    async (signal) => {
      const { budget } = await callApi<Usage>('v1/usage?days=1', { signal });
      setHealth((before) => ({ ...before, budget }));
    },
    BUDGET_EVERY_MS,
    signedIn,
  );
  usePoll(
    async (signal) => {
      const account = await callApi<Account>('v1/account', { signal });
      setHealth((before) => ({ ...before, account }));
    },
    ACCOUNT_EVERY_MS,
    signedIn && admin,
  );
  return health;
}

/** A service that is not ready says in the same words what is missing. */
function partsOf(problem: unknown): Partial<Readiness> {
  return problem instanceof ApiProblem ? problem.answer : {};
}
