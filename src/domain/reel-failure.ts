import type { FailureEnvelope, ReelFailure } from './failure';

/** What a reel shows of the envelope that ended it. The verdict and Runway's raw words stay inside. */
export function reelFailure(envelope: FailureEnvelope): ReelFailure {
  const { code, title, message, advice, category, operationId, runwayFailureCode, httpStatus, requestId } =
    envelope;
  return {
    code,
    title,
    message,
    advice,
    category,
    ...(operationId !== undefined && { operationId }),
    ...(runwayFailureCode !== undefined && { runwayFailureCode }),
    ...(httpStatus !== undefined && { httpStatus }),
    ...(requestId !== undefined && { requestId }),
  };
}
