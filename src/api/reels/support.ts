import type { IRouter } from 'express';
import { clientOf } from '../access/auth';
import type { ReelTools } from './reels';
import { route } from '../http/route';
import { supportPacket } from './support-packet';

/** What Runway's support form asks for: JSON, or plain text to paste. */
export function addSupportRoute(router: IRouter, { finder }: Pick<ReelTools, 'finder'>): void {
  route(router, '/v1/reels/:id/support', {
    get: async (req, res) => {
      const packet = supportPacket(await finder.get(String(req.params['id']), clientOf(res)));
      res.vary('Accept');
      if (req.accepts(['json', 'text']) === 'text') res.type('text/plain').send(packet.text);
      else res.json(packet);
    },
  });
}
