import { useState } from 'preact/hooks';
import type { Part } from '../../contract/schemas/health';
import type { Health } from '../state/use-health';
import { isWell, serviceWords } from '../words/account-words';
import { budgetWords } from '../words/budget-words';
import { formatCredits } from '../../contract/money';
import type { Tone } from '../words/reel-words';

interface HealthStripProps {
  readonly health: Health;
  /** The model that is chosen in the form: limits are by model. */
  readonly model: string | undefined;
}

interface Item {
  readonly name: string;
  readonly text: string;
  readonly tone: Tone;
  readonly href?: string;
}

/** Whether a reel that is ordered now would be made, and what is left to pay it with. */
export function HealthStrip({ health, model }: HealthStripProps) {
  const [open, setOpen] = useState(false);
  const items = itemsOf(health, model);
  const worst = items.find(({ tone }) => tone === 'bad') ?? items.find(({ tone }) => tone === 'attention');
  return (
    <section class="health" aria-label="How things stand">
      <button
        class="health-sum"
        type="button"
        aria-expanded={open}
        aria-controls="health-items"
        onClick={() => setOpen(!open)}
      >
        <span class={`dot tone-${worst?.tone ?? 'good'}`} />
        {worst ? worst.text : 'All is well'}
      </button>
      <ul id="health-items" class={open ? 'health-items health-open' : 'health-items'}>
        {items.map(({ name, text, tone, href }) => (
          <li key={name}>
            <span class={`dot tone-${tone}`} />
            {href === undefined ? (
              text
            ) : (
              <a href={href} target="_blank" rel="noreferrer">
                {text}
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

const PARTS: Readonly<Record<Part, { readonly up: string; readonly down: string }>> = {
  temporal: { up: 'Temporal is up', down: 'Temporal cannot be reached' },
  worker: { up: 'Worker is up', down: 'No worker runs: reels wait' },
  waits: { up: 'Waits are watched', down: 'No worker runs for the long waits' },
  storage: { up: 'Storage can be written', down: 'Storage cannot be written' },
};

/** What is well goes without saying, unless somebody would ask for it. */
const SAID_WHEN_UP = new Set(['temporal', 'worker']);

function itemsOf({ parts, unreachable, account, budget }: Health, model: string | undefined): Item[] {
  if (unreachable) return [{ name: 'service', text: 'The service does not answer', tone: 'bad' }];
  const own = Object.entries(parts ?? {}).flatMap(([name, state]): Item[] => {
    // A newer service may have parts that this page does not know.
    const words = Object.hasOwn(PARTS, name) ? PARTS[name as Part] : undefined;
    if (!words || state === 'unknown') return [];
    if (state !== 'up') return [{ name, text: words.down, tone: 'bad' }];
    return SAID_WHEN_UP.has(name) ? [{ name, text: words.up, tone: 'good' }] : [];
  });
  return [...own, ...runwayItems(account, model), ...(budget ? budgetWords(budget) : [])];
}

function runwayItems(found: Health['account'], model: string | undefined): Item[] {
  const { account, service } = found ?? {};
  const { creditBalance, refused, models = {} } = account ?? {};
  const use = model === undefined ? undefined : models[model];
  const { dailyGenerations, maxDailyGenerations } = use ?? {};
  return [
    ...(service
      ? [
          {
            name: 'runway',
            text: serviceWords(service),
            tone: isWell(service) ? ('good' as const) : ('attention' as const),
            ...(service.incident?.url !== undefined && { href: service.incident.url }),
          },
        ]
      : []),
    ...(refused === undefined
      ? []
      : [{ name: 'account', text: `Runway refuses the key (HTTP ${refused})`, tone: 'bad' as const }]),
    ...(creditBalance === undefined
      ? []
      : [
          {
            name: 'credits',
            text: `${formatCredits(creditBalance)} left`,
            tone: creditBalance > 0 ? ('good' as const) : ('bad' as const),
          },
        ]),
    ...(dailyGenerations === undefined || maxDailyGenerations === undefined
      ? []
      : [
          {
            name: 'daily',
            text: `${dailyGenerations} of ${maxDailyGenerations} videos today with ${model}`,
            tone: dailyGenerations < maxDailyGenerations ? ('good' as const) : ('attention' as const),
          },
        ]),
  ];
}
