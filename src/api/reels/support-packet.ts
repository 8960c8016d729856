/** What Runway's support asks for about a reel, without secrets. Pure. */
import { supportPacket as packetSchema, type SupportPacket } from '../../contract/schemas/support';
import type { Generation } from '../../contract/schemas/reel';
import { formatCredits } from '../../contract/money';
import { describeAudio } from '../../contract/request';
import type { ReelRequest } from '../../contract/schemas/request';
import type { ReelView } from './view/reel-view';
import { z } from 'zod';
import { route } from '../http/route';
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

const FORM = 'https://runwayml.com/support';

export function supportPacket(view: ReelView): SupportPacket {
  const { failure, waiting } = view;
  const facts: Omit<SupportPacket, 'text'> = {
    form: FORM,
    reelId: view.id,
    simulated: view.simulated,
    operationIds: view.generations.flatMap(({ runwayTaskId }) => runwayTaskId ?? []),
    requestIds: [...new Set([...view.generations, failure].flatMap((part) => part?.requestId ?? []))],
    settings: settingsOf(view.request),
    generations: view.generations.map(withoutKeys),
    failure: failure && {
      code: failure.code,
      message: withoutQueries(failure.message),
      httpStatus: failure.httpStatus,
    },
    account: failure?.account ?? waiting?.account,
    service: failure?.service ?? waiting?.service,
  };
  return { text: textOf(view, facts), ...facts };
}

/** The query of a URL is often a key to it; the words around it are left. */
function withoutQueries(text: string): string {
  return text.replace(/(https?:\/\/)(?:[^\s/@"]*@)?([^\s?#"]*)[?#][^\s"]*/g, '$1$2');
}

function withoutKeys(generation: Generation): Generation {
  const { failure } = generation;
  return failure === undefined ? generation : { ...generation, failure: withoutQueries(failure) };
}

function settingsOf(request: ReelRequest): SupportPacket['settings'] {
  const { model, ratio, duration, audio, seed, promptText, negativePrompt, promptImage } = request;
  return {
    model,
    ratio,
    duration,
    audio,
    seed,
    promptText,
    negativePrompt,
    promptImage: promptImage?.startsWith('stored:')
      ? 'sent as bytes'
      : promptImage && withoutQueries(promptImage),
  };
}

function textOf(
  { status, createdAt, finishedAt, credits }: ReelView,
  facts: Omit<SupportPacket, 'text'>,
): string {
  const { settings, generations, failure, account, service } = facts;
  const { model, ratio, duration, audio, seed, promptText, negativePrompt, promptImage } = settings;
  return [
    facts.simulated && 'SIMULATED: no real task of Runway is behind this. Do not send it.\n',
    `Operation IDs: ${facts.operationIds.join(', ') || 'none'}`,
    facts.requestIds.length > 0 && `Request IDs: ${facts.requestIds.join(', ')}`,
    `Ordered: ${createdAt}; ${status}${finishedAt === undefined ? '' : `: ${finishedAt}`} (all times are UTC)`,
    failure &&
      `Outcome: ${failure.code}${failure.httpStatus === undefined ? '' : ` (HTTP ${failure.httpStatus})`}`,
    failure && `  ${failure.message}`,
    '',
    'Settings',
    `  ${[model, ratio, `${duration} s`, describeAudio(audio), seed !== undefined && `seed ${seed}`].filter(Boolean).join(', ')}`,
    `  Prompt: ${JSON.stringify(promptText)}`,
    negativePrompt !== undefined && `  Negative prompt: ${JSON.stringify(negativePrompt)}`,
    promptImage !== undefined && `  Image: ${promptImage}`,
    '',
    'What was done',
    ...(generations.length > 0 ? generations.map(linesOf) : ['  Nothing was submitted.']),
    `  Charged: ${formatCredits(credits.charged)}; not known: ${formatCredits(credits.uncertain)}`,
    account?.creditBalance !== undefined && `  Credit balance seen: ${account.creditBalance}`,
    account?.refused !== undefined && `  GET /v1/organization was refused with HTTP ${account.refused}`,
    service &&
      `  Status page, "Public API": ${service.status}${service.incident ? ` (${service.incident.name})` : ''}`,
    '',
  ]
    .filter((line) => typeof line === 'string')
    .join('\n');
}

function linesOf(generation: Generation): string {
  const { number, model, changes, promptText, runwayTaskId, status, failureCode, failure } = generation;
  const { requestId, estimatedCredits, credits, startedAt, endedAt } = generation;
  return [
    `${number}. ${runwayTaskId ?? 'Operation ID not known'}: ${status}`,
    `Model ${[model, ...changes].join(', ')}; submitted ${startedAt}${endedAt === undefined ? '' : `, ended ${endedAt}`}`,
    requestId !== undefined && `Request ID: ${requestId}`,
    promptText !== undefined && `Prompt sent: ${JSON.stringify(promptText)}`,
    failureCode !== undefined && `Failure code: ${failureCode}`,
    failure !== undefined && `Failure: ${failure}`,
    `Credits: at most ${estimatedCredits}, charged ${credits ?? 'not known'}`,
  ]
    .filter((line) => typeof line === 'string')
    .map((line, index) => (index === 0 ? `  ${line}` : `     ${line}`))
    .join('\n');
}
