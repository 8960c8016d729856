import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { type Answer, invalid, refusal } from './answer';
import { type Choice, chooseModel, type RoutedInput, routedInputSchema } from './choose-model';
import type { RoutedRequest, Router } from './router-shapes';
import { type Context, type Outcome, paidPost, textFields } from './runway-api';

const routedSchema = z.strictObject({ configId: z.string(), input: routedInputSchema });

/** POST /v1/generate/video: as one of the endpoints above, with the model that a router chooses. */
export function createRoutedTask(ctx: Context, req: IncomingMessage): Promise<Outcome> {
  const { ledger, record, now } = ctx;
  const fieldsOf = (body: unknown) => textFields((body as { input?: unknown } | null)?.input);
  return paidPost(ctx, 'generate/video', req, fieldsOf, (body) => {
    const parsed = routedSchema.safeParse(body);
    if (!parsed.success) return { refused: invalid(parsed.error.issues) };
    const { configId, input } = parsed.data;
    const router = ledger.routerBySlug(configId);
    if (!router) return { refused: refusal(404, 'router_config_not_found') };
    const choice = chooseModel(input, router.settings);
    const log = (rest: Pick<RoutedRequest, 'status' | 'model' | 'taskId' | 'estimatedCredits'>) => {
      const request = { id: randomUUID(), requestId: randomUUID(), ...rest };
      record({ type: 'routed', at: now(), router: router.id, request });
      return { 'apigw-requestid': request.requestId };
    };
    if (!choice) {
      log({ status: 'no_eligible_model', model: null, taskId: null, estimatedCredits: null });
      return { refused: refusal(400, 'no_eligible_model') };
    }
    const { model } = choice.request;
    const accept = (id: string, credits: number): Answer => ({
      status: 200,
      json: { id, routing: routingOf(router, input, choice, credits) },
      headers: log({ status: 'routed', model, taskId: id, estimatedCredits: credits }),
    });
    return { order: { endpoint: choice.endpoint, request: choice.request, accept } };
  });
}

function routingOf(
  { slug, settings }: Router,
  { duration, resolution }: RoutedInput,
  { request: { model }, price: { width, height } }: Choice,
  credits: number,
): object {
  const { optimizeFor = 'cost', maxCreditsPerGeneration } = settings;
  return {
    configId: slug,
    model,
    provider: 'simulator',
    estimatedCost: { credits },
    resolvedInput: { duration, ratio: `${width}:${height}`, resolution },
    resolvedSettings: { optimizeFor, priceCeiling: maxCreditsPerGeneration?.video ?? null },
  };
}
