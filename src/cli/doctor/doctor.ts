import type { ModelList } from '../../contract/schemas/models';
import type { Account } from '../../contract/schemas/account';
import type { Readiness } from '../../contract/schemas/health';
import type { Usage } from '../../contract/schemas/usage';
import { CliError } from '../cli-error';
import type { AddCommand } from '../command-context';
import type { Check, DoctorReport } from './check';
import { checkBudget } from './check-budget';
import { checkProxies } from './check-proxies';
import { checkRunway } from './check-runway';
import { checkService } from './check-service';
import { examples } from '../examples';
import { EXIT } from '../exit-code';
import type { Service } from '../service/service';
import { ServiceError } from '../service/service-error';
import { renderChecks } from '../text/checks-text';

/** `durable-reels doctor` */
export const addDoctor: AddCommand = (program, run) => {
  program
    .command('doctor')
    .description('look at everything that a reel needs, with the cure for what is wrong')
    .addHelpText('after', examples('doctor'))
    .action(
      run(async ({ service, show }) => {
        const report = await examine(service);
        show(report, renderChecks);
        return report.checks.some(({ state }) => state === 'bad') ? EXIT.failed : EXIT.done;
      }),
    );
};

/** @throws CliError when the service is not there at all */
async function examine(service: Service): Promise<DoctorReport> {
  const ready = await readiness(service);
  const { checks, temporal } = await atRunway(service);
  return {
    checks: [
      { name: 'service', state: 'good', finding: `answers at ${service.url}` },
      ...checkService(ready),
      ...(await budget(service)),
      ...checks,
    ],
    links: {
      ...(temporal !== undefined && { 'Temporal UI': temporal }),
      'keys, credits, request history': 'https://dev.runwayml.com',
      "Runway's status": 'https://status.runwayml.com',
      "Runway's support": 'https://runwayml.com/support',
      'what to do when': 'docs/runbook.md',
    },
  };
}

/** A 503 has the same members, with what is missing. */
async function readiness(service: Service): Promise<Readiness> {
  try {
    return await service.get<Readiness>('/readyz');
  } catch (error) {
    const { parts, ...others } = (error instanceof ServiceError && error.problem) || {};
    if (parts) return { parts, ...others };
    throw error;
  }
}

async function budget(service: Service): Promise<Check[]> {
  try {
    return checkBudget((await service.get<Usage>('/v1/usage?days=1')).budget);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [{ name: 'daily budget', state: 'bad', finding: error.message, cure: error.cure }];
  }
}

async function atRunway(service: Service): Promise<{ checks: Check[]; temporal?: string }> {
  try {
    const [account, { models }] = await Promise.all([
      service.get<Account>('/v1/account'),
      service.get<ModelList>('/v1/models'),
    ]);
    const price = models.find((model) => model.default)?.prices.example.credits ?? 0;
    return {
      checks: [...checkRunway(account, price), ...checkProxies(account)],
      temporal: account.links.temporal,
    };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { checks: [refused(error)] };
  }
}

function refused(error: CliError): Check {
  if (error instanceof ServiceError && error.code === 'admin_only') {
    return { name: 'Runway', state: 'unknown', finding: 'shown to the keys in REEL_ADMINS only' };
  }
  return { name: 'Runway', state: 'bad', finding: error.message, cure: error.cure };
}
