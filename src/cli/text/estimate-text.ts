import type { Estimate } from '../../contract/schemas/estimate';
import type { Terminal } from '../terminal';
import { money } from './money';
import { facts } from './section';

/** What a reel would be and cost. */
export function renderEstimate({ simulated, request, credits }: Estimate, terminal: Terminal): string {
  const { model, ratio, duration, audio, fallbacks = [] } = request;
  return [
    facts(
      [
        ['would make', `${model} · ${ratio} · ${duration} s · audio: ${audio}`],
        ['costs', `${money(credits.estimated)}, if the first try succeeds`],
        ['at most', `${money(credits.atMost)} with all that may be tried again`],
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
