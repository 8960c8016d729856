/** The run as Markdown, for whoever opens it in Temporal's UI at night. */
import { isTerminal } from '../../contract/reel';
import type { Generation } from '../../contract/schemas/reel';
import type { ReelState } from '../../domain/reel';

export function detailsTable(state: ReelState): string {
  const rows = state.generations.map(row);
  const table =
    rows.length > 0 ? ['| # | Operation ID | Result | Credits |', '| --- | --- | --- | --- |', ...rows] : [];
  return [`**${headline(state)}**`, '', ...table, '', hint(state)].join('\n');
}

function headline({ status, phase, waiting, failure, credits }: ReelState): string {
  const where =
    waiting?.for ?? failure?.title ?? (status === 'in_progress' ? phase.replaceAll('_', ' ') : status);
  const uncertain = credits.uncertain > 0 ? `, ${credits.uncertain} uncertain` : '';
  return escape(`${where} · ${credits.charged} credits charged${uncertain}`);
}

function row({ number, runwayTaskId, status, failureCode, credits }: Generation): string {
  const result = failureCode ? `${status}: ${failureCode}` : status;
  return `| ${number} | ${runwayTaskId ? code(runwayTaskId) : 'not known'} | ${escape(result)} | ${credits ?? 'not known yet'} |`;
}

function hint({ status, failure, decision }: ReelState): string {
  if (failure) return `What to do: ${escape(failure.advice[0] ?? 'see the failure')}`;
  if (isTerminal(status)) return 'Nothing to do.';
  if (status !== 'needs_decision') return TO_STOP;
  if (decision?.about !== 'output') return `${TO_DECIDE}\n\n${TO_STOP}`;
  return `${escape(decision.problem ?? '')}\n\n${TO_FETCH}\n\n${TO_STOP}`;
}

const TO_DECIDE =
  'What to do: look for its task in the Request History at dev.runwayml.com, then send the Update *resolve* (or POST ' +
  '/v1/reels/{id}/resolve) with adopt, regenerate or abandon. What each may cost stands in the memo, under decision.';
const TO_FETCH =
  'What to do: send the Update *resolve* (or POST /v1/reels/{id}/resolve) with fetch, regenerate or abandon. What each may cost ' +
  'stands in the memo, under decision. The video is tried each hour by itself.';
const TO_STOP =
  'To stop it use *Request Cancellation*: it also stops the task at Runway. Do not *Terminate*: the task would go on and be charged.';

/** Code takes no escapes. */
function code(id: string): string {
  return `\`${id.replace(/[`|\s]/g, '')}\``;
}

/** Runway's message may hold anything: it is shown as text, never as a table, a link or markup. */
function escape(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]<>|]/g, '\\$&');
}
