import { json } from '../http/answer';
import { route } from '../http/route';
import { alive, ready, type Part, type StandingProcess } from '../../contract/schemas/health';
import { WHAT_IS_DOWN } from './service-parts';

export const isAlive = route({
  method: 'GET',
  path: '/healthz',
  id: 'isAlive',
  tag: 'Service',
  summary: 'Whether this process lives',
  access: 'open',
  answers: { 200: json('It does.', alive) },
  handler: ({ res }) => void res.json({ status: 'alive' }),
});

export const isReady = route({
  method: 'GET',
  path: '/readyz',
  id: 'isReady',
  tag: 'Service',
  summary: 'Whether a reel that is posted now gets made',
  access: 'open',
  answers: { 200: json('Temporal, workers and storage are there.', ready) },
  problems: ['not_ready'],
  async handler({ res, problem }, { checkParts }) {
    const seen = await checkParts();
    const down = (Object.keys(WHAT_IS_DOWN) as Part[]).filter((part) => seen.parts[part] === 'down');
    if (down.length === 0) {
      res.json({ status: 'ready', ...seen });
      return;
    }
    const standing = (seen.standingStill ?? []).map(describeStandstill);
    const detail = [...down.map((part) => WHAT_IS_DOWN[part]), ...standing].join(' ');
    throw problem('not_ready', detail, { headers: { 'Retry-After': '5' }, members: { ...seen } });
  },
});

function describeStandstill({ process, pid, seconds }: StandingProcess): string {
  return `The event loop of the ${process} (process ${pid}) has stood still for ${seconds} s.`;
}
