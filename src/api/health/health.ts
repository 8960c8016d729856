import type { IRouter } from 'express';
import { Problem } from '../http/problem';
import { route } from '../http/route';
import { type LookAtParts, type Part, type StandingProcess, WHAT_IS_DOWN } from './service-parts';

/** `/healthz`: this process lives. `/readyz`: a reel that is posted now gets made. */
export function addHealthRoutes(router: IRouter, lookAtParts: LookAtParts): void {
  route(router, '/healthz', { get: (_req, res) => void res.json({ status: 'alive' }) });
  route(router, '/readyz', {
    get: async (_req, res) => {
      const seen = await lookAtParts();
      const down = (Object.keys(WHAT_IS_DOWN) as Part[]).filter((part) => seen.parts[part] === 'down');
      if (down.length === 0) {
        res.json({ status: 'ready', ...seen });
        return;
      }
      const standing = (seen.standingStill ?? []).map(describeStandstill);
      const detail = [...down.map((part) => WHAT_IS_DOWN[part]), ...standing].join(' ');
      throw new Problem('not_ready', detail, {
        headers: { 'Retry-After': '5' },
        members: { ...seen },
      });
    },
  });
}

function describeStandstill({ process, pid, seconds }: StandingProcess): string {
  return `The event loop of the ${process} (process ${pid}) has stood still for ${seconds} s.`;
}
