/** The ways on from a decision, in words for somebody who never saw Runway's developer portal. Pure. */
import type { Decision, Reel } from '../../contract/schemas/reel';
import type { ResolveAction } from '../../contract/reel';
import { formatCredits } from '../../contract/money';
import { formatMoment } from './time';

/** The text of each choice; the service's own speaks of tasks and UTC. @param now ms, for the day of the order. */
export function choiceWords(reel: Reel, decision: Decision, now: number): Record<ResolveAction, string> {
  const lost = reel.generations.find(({ number }) => number === decision.generation);
  const model = lost?.model ?? reel.request.model;
  const when = lost ? `, ordered at about ${formatMoment(lost.startedAt, now)}` : '';
  const books = reel.simulated
    ? 'In practice mode, look into the page /_simulator/ledger of the simulator'
    : 'Look into the Request History at https://dev.runwayml.com';
  if (decision.about === 'output') {
    return {
      adopt: '',
      fetch: 'Runway may have mended it by now. It is tried each hour by itself too.',
      regenerate: `Give this video up and have another one made. What it cost is paid all the same: ${formatCredits(reel.credits.charged)}.`,
      abandon: 'The reel ends without a video. Making it again takes this one for as long as Runway has it.',
    };
  }
  return {
    fetch: '',
    adopt: `${books} for a video with ${model}${when}. If it is there, paste its Operation ID: the reel is made from it.`,
    regenerate:
      'If it is not there, order it once more. Should the first one exist all the same, both are paid.',
    abandon: `The reel ends without a video. Up to ${formatCredits(reel.credits.uncertain)} may have been charged.`,
  };
}

/** @returns what the counters of the account say; to those who may not see them, that nothing is known. */
export function evidenceWords({ evidence, problem }: Decision): string {
  if (problem !== undefined) return problem;
  if (!evidence)
    return 'The order was sent, and its answer was lost. Whether Runway took it is not known here.';
  return evidence.says === 'exists'
    ? 'Runway’s counters say that it took the order.'
    : 'Whether Runway took the order cannot be seen from its counters.';
}
