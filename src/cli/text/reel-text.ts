import type { Counters, Evidence } from '../../contract/schemas/findings';
import type { ReelFailure } from '../../contract/schemas/failure';
import type { Decision, Generation, Reel, VideoChecked } from '../../contract/schemas/reel';
import type { ReelStatus } from '../../contract/reel';
import type { Terminal } from '../terminal';
import { creditsLeft, serviceState } from './findings';
import { moment } from './words';
import { formatCredits } from '../../contract/money';
import { facts, section, steps } from './section';
import { wrap } from './wrap';

/** A reel in full: status, cost, cause and cure. */
export function renderReel(reel: Reel, terminal: Terminal): string {
  const { style } = terminal;
  const parts = [
    `${style.bold(reel.request.title ?? reel.id)}  ${renderStatus(reel, terminal)}`,
    facts(
      [
        ['id', reel.id],
        ['asked for', moment(reel.createdAt)],
        ['ended', reel.finishedAt && moment(reel.finishedAt)],
        ['model', `${reel.request.model} · ${reel.request.ratio} · ${reel.request.duration} s`],
        ['prompt', reel.request.promptText],
        ['waits for', waitsFor(reel)],
        ['charged', chargedText(reel)],
        ['video', reel.video?.url],
        ['checked', reel.video && CHECKED[reel.video.checked]],
        ['made from', reel.remakeOf],
        ['made again as', reel.remadeAs?.join(', ')],
        ['Temporal', reel.links.temporal],
      ],
      terminal,
    ),
  ];
  if (reel.simulated) parts.push('Made by the simulator: a practice clip, nothing is charged.');
  if (reel.generations.length > 0) {
    parts.push(
      [style.bold('Generations'), ...reel.generations.map((each) => renderGeneration(each, terminal))].join(
        '\n',
      ),
    );
  }
  if (reel.warnings.length > 0) parts.push(section('Warnings', reel.warnings.join('\n'), terminal));
  if (reel.failure) parts.push(...renderFailure(reel.failure, terminal));
  if (reel.decision) parts.push(renderDecision(reel, reel.decision, terminal));
  return parts.join('\n\n');
}

const CHECKED = {
  decoded: 'every frame decoded',
  structure: 'its structure, without decoding it',
} as const satisfies Record<VideoChecked, string>;

function renderStatus({ status, phase, progress }: Reel, { style }: Terminal): string {
  const paint = (
    { succeeded: style.good, failed: style.bad, needs_decision: style.bad } as Partial<
      Record<ReelStatus, Terminal['style']['good']>
    >
  )[status];
  const detail =
    status === 'in_progress' ? ` · ${phase}${phase === 'running' ? ` ${percent(progress)}` : ''}` : '';
  return (paint ?? ((text: string) => text))(status) + detail;
}

const percent = (progress: number): string => `${Math.floor(progress * 100)} %`;

function waitsFor({ waiting }: Reel): string | undefined {
  if (!waiting) return undefined;
  const incident = waiting.service?.incident?.name;
  return [
    waiting.for,
    waiting.nextAt && `next at ${moment(waiting.nextAt)}`,
    incident && `Runway reports: ${incident}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

function chargedText({ credits }: Reel): string {
  const uncertain = credits.uncertain > 0 ? `, and perhaps ${formatCredits(credits.uncertain)} more` : '';
  return formatCredits(credits.charged) + uncertain;
}

function renderGeneration(generation: Generation, { width }: Terminal): string {
  const { number, model, status, runwayTaskId, credits, changes, failure, failureCode } = generation;
  const line = [
    `${number}. ${model}`,
    status,
    credits === undefined ? `at most ${formatCredits(generation.estimatedCredits)}` : formatCredits(credits),
    runwayTaskId && `Operation ID ${runwayTaskId}`,
  ];
  const more = [changes.join(', '), [failureCode, failure].filter(Boolean).join(': ')].filter(Boolean);
  const indent = '     ';
  const first = wrap(line.filter(Boolean).join(' · '), width, indent).replace(indent, '  ');
  return [first, ...more.map((text) => wrap(text, width, indent))].join('\n');
}

function renderFailure(failure: ReelFailure, terminal: Terminal): string[] {
  const { title, message, account, service, advice } = failure;
  const parts = [section(title, message, terminal)];
  if (account || service) {
    const found = [
      account && `credits left: ${creditsLeft(account)}`,
      service && `API: ${serviceState(service)}`,
    ];
    parts.push(section('What Runway showed then', found.filter(Boolean).join('\n'), terminal));
  }
  return [...parts, steps('What you can do', advice, terminal)];
}

const SIMULATED_BOOKS =
  'This is practice: the tasks are not at dev.runwayml.com, but at /_simulator/ledger of the simulator, whose address npm start says.';

function renderDecision({ id, simulated }: Reel, decision: Decision, terminal: Terminal): string {
  const { style, width } = terminal;
  const flags = {
    adopt: '--adopt <Operation ID>',
    fetch: '--fetch',
    regenerate: '--regenerate',
    abandon: '--abandon',
  } as const;
  return [
    style.bold(`It needs your decision, until ${moment(decision.until)}`),
    wrap(decision.problem ?? evidenceText(decision.evidence), width, '  '),
    ...(simulated && decision.about !== 'output' ? [wrap(SIMULATED_BOOKS, width, '  ')] : []),
    ...decision.choices.map(({ action, text, atMostCredits }) =>
      [
        `  durable-reels resolve ${id} ${flags[action]}`,
        wrap(
          text + (atMostCredits > 0 ? ` At most ${formatCredits(atMostCredits)} more.` : ''),
          width,
          '    ',
        ),
      ].join('\n'),
    ),
  ].join('\n');
}

/** @param evidence only admins are shown it. */
function evidenceText(evidence: Evidence | undefined): string {
  const lost = 'The order was sent, and its answer was lost.';
  if (!evidence) return `${lost} Whether Runway took it is not known.`;
  const { says, before, after, otherSubmits } = evidence;
  const counted = (field: keyof Counters): string | undefined =>
    before?.[field] === undefined || after?.[field] === undefined
      ? undefined
      : `${before[field]} before and ${after[field]} after`;
  const [balance, generations] = [counted('creditBalance'), counted('dailyGenerations')];
  return [
    lost,
    says === 'exists'
      ? 'The counters of the account say that Runway took it.'
      : 'Whether Runway took it is not known.',
    balance && `Credits: ${balance}.`,
    generations && `Generations of the day: ${generations}.`,
    otherSubmits > 0 && `Other orders of this service in that time: ${otherSubmits}.`,
  ]
    .filter(Boolean)
    .join(' ');
}
