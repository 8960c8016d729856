import type { Account, ModelLimits } from '../../contract/schemas/account';
import { creditsLeft, serviceState } from '../text/findings';
import { formatCredits, NEARLY_USED_UP } from '../../contract/money';
import type { Check } from './check';

const CREDITS_CURE =
  'Buy API credits at dev.runwayml.com: they are apart from those of app.runwayml.com. Look at billing there as well.';

/** What `GET /v1/account` tells. @param price what one reel with the default settings costs, in credits */
export function checkRunway(answer: Account, price: number): Check[] {
  return [checkKey(answer), checkCredits(answer, price), ...checkLimits(answer), checkStatus(answer)];
}

function checkKey({ simulated, account }: Account): Check {
  const name = 'Runway key';
  if (simulated) {
    const cure = 'For real videos set RUNWAYML_API_SECRET in .env, and start the service again.';
    return { name, state: 'warning', finding: 'none: the simulator makes practice clips', cure };
  }
  if (account?.refused !== undefined) {
    return {
      name,
      state: 'bad',
      finding: `Runway refuses it (HTTP ${account.refused})`,
      cure: `Check RUNWAYML_API_SECRET, and the state of the account at dev.runwayml.com. More: durable-reels explain ${account.refused}`,
    };
  }
  if (account) return { name, state: 'good', finding: 'Runway takes it' };
  return { name, state: 'unknown', finding: 'Runway did not answer in time', cure: 'Ask again in a moment.' };
}

function checkCredits({ simulated, account }: Account, price: number): Check {
  const balance = account?.creditBalance;
  const check = { name: 'credits', finding: creditsLeft(account) };
  if (balance === undefined) return { ...check, state: 'unknown' };
  if (simulated) return { ...check, state: 'good', finding: `${check.finding}, of the simulator` };
  if (balance >= 5 * price) return { ...check, state: 'good' };
  const state = balance < price ? 'bad' : 'warning';
  return {
    ...check,
    state,
    finding: `${check.finding}; a usual reel costs ${formatCredits(price)}`,
    cure: CREDITS_CURE,
  };
}

function checkLimits({ account }: Account): Check[] {
  if (!account?.models) return [{ name: 'limits', state: 'unknown', finding: 'Runway did not tell' }];
  const near = Object.entries(account.models).filter(([, limits]) => share(limits) >= NEARLY_USED_UP);
  if (near.length === 0) return [{ name: 'limits', state: 'good', finding: 'far from those of the day' }];
  return near.map(([model, limits]): Check => {
    const { dailyGenerations = 0, maxDailyGenerations = 0 } = limits;
    const full = dailyGenerations >= maxDailyGenerations;
    return {
      name: 'limits',
      state: full ? 'bad' : 'warning',
      finding: `${model}: ${dailyGenerations} of ${maxDailyGenerations} generations in 24 h`,
      cure: full
        ? 'Reels wait until Runway takes more. Use another model, or ask Runway for a higher tier.'
        : 'Soon reels will have to wait. Use another model, or ask Runway for a higher tier.',
    };
  });
}

function share({ dailyGenerations = 0, maxDailyGenerations }: ModelLimits): number {
  return maxDailyGenerations === undefined ? 0 : dailyGenerations / Math.max(1, maxDailyGenerations);
}

function checkStatus({ service }: Account): Check {
  const check = { name: 'Runway API', finding: serviceState(service) };
  if (!service) {
    return { ...check, state: 'unknown', cure: 'Look yourself: status.runwayml.com, and @runwayml.' };
  }
  if (service.status === 'operational' && !service.incident) return { ...check, state: 'good' };
  const cure =
    'It is not your fault: reels wait for the end by themselves. News: status.runwayml.com and @runwayml.';
  return { ...check, state: service.status === 'operational' ? 'warning' : 'bad', cure };
}
