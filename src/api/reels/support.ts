import { z } from 'zod';
import { route } from '../http/route';
import { supportPacket as packetSchema } from '../../contract/schemas/support';
import { supportPacket } from './support-packet';
import { REEL_PARAMS, REEL_PROBLEMS } from './view/reel-finder';

export const getSupportPacket = route({
  method: 'GET',
  path: '/v1/reels/{id}/support',
  id: 'getSupportPacket',
  tag: 'Failures',
  summary: "What Runway's support asks for",
  text: 'Without secrets, ready to paste into the form.',
  access: 'key',
  params: REEL_PARAMS,
  answers: {
    200: {
      text: 'By `Accept`: JSON, or the text alone.',
      content: { 'application/json': { schema: packetSchema }, 'text/plain': { schema: z.string() } },
    },
  },
  problems: [...REEL_PROBLEMS, 'temporal_unreachable'],
  async handler({ req, res, params: { id }, client }, { finder }) {
    const packet = supportPacket(await finder.get(id, client));
    res.vary('Accept');
    if (req.accepts(['json', 'text']) === 'text') res.type('text/plain').send(packet.text);
    else res.json(packet);
  },
});
