import type { Estimate } from '../../contract/schemas/estimate';
import type { Terminal } from '../terminal';
import { formatCredits } from '../../contract/money';
import { facts } from './section';

/** What a reel would be and cost. */
export function renderEstimate({ simulated, request, credits }: Estimate, terminal: Terminal): string {
  const { model, ratio, duration, audio, fallbacks = [] } = request;
  return [
    facts(
      [
        ['would make', `${model} · ${ratio} · ${duration} s · audio: ${audio}`],
        ['costs', `${formatCredits(credits.estimated)}, if the first try succeeds`],
        ['at most', `${formatCredits(credits.atMost)} with all that may be tried again`],
        ['fallbacks', fallbacks.join(', ')],
      ],
      terminal,
    ),
    simulated ? 'The simulator would make it: a practice clip, and nothing is charged.' : '',
    'Nothing was started.',
  ]
    .filter(Boolean)
    .join('\n');
}
