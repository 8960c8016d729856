/** Runway's public status page (Atlassian Statuspage). It is read without the key. */
import { type Dispatcher, fetch as undiciFetch } from 'undici';
import type { ServiceFinding } from '../../contract/schemas/findings';
import { cutText, plainLine } from '../../contract/text';
import { parseObject } from './answer-text';

/** The component "Public API" (status.runwayml.com, November 2026). There is no status per model. */
const PUBLIC_API = { id: 'w3jcq3dwljp4', name: 'Public API' };
const OVER = ['resolved', 'postmortem', 'completed'];
const MAX_BYTES = 1_048_576;
const MAX_TEXT = 200;

export type StatusPageRead =
  | { readonly kind: 'service'; readonly service: ServiceFinding }
  | { readonly kind: 'fault'; readonly words: string };

/** Reads the summary of the status page at this base URL. Never throws. */
export async function readStatusPage(
  baseUrl: string,
  signal: AbortSignal,
  dispatcher?: Dispatcher,
): Promise<StatusPageRead> {
  try {
    const response = await undiciFetch(`${baseUrl}/api/v2/summary.json`, { signal, dispatcher });
    const text = await boundedText(response.body ?? []);
    if (response.status !== 200) return fault(`it answers ${response.status}`);
    const service = serviceFinding(text);
    return service ? { kind: 'service', service } : fault('it says nothing about the public API');
  } catch (error) {
    return fault((error as { message?: unknown } | null)?.message ?? 'no answer');
  }
}

/** @returns undefined when the text is no summary, or knows no component "Public API". */
export function serviceFinding(text: string): ServiceFinding | undefined {
  const summary = parseObject(text);
  const component = itemsOf(summary?.['components']).find(isPublicApi);
  const status = textOf(component?.['status']);
  if (status === undefined) return undefined;
  const incident = itemsOf(summary?.['incidents']).find(
    (one) => !OVER.includes(String(one['status'])) && itemsOf(one['components']).some(isPublicApi),
  );
  return { status, ...(incident && { incident: describe(incident) }) };
}

/** Whether something is wrong with the public API, by what was found. */
export function isIncident({ status, incident }: ServiceFinding): boolean {
  return status !== 'operational' || incident !== undefined;
}

type Item = Readonly<Record<string, unknown>>;

function isPublicApi({ id, name }: Item): boolean {
  return id === PUBLIC_API.id || name === PUBLIC_API.name;
}

function describe(incident: Item): NonNullable<ServiceFinding['incident']> {
  const link = textOf(incident['shortlink']);
  const startedAt = textOf(incident['started_at']) ?? textOf(incident['created_at']);
  return {
    name: textOf(incident['name']) ?? 'an incident without a name',
    ...(link !== undefined && /^https?:\/\//.test(link) && URL.canParse(link) && { url: link }),
    ...(startedAt !== undefined && !Number.isNaN(Date.parse(startedAt)) && { startedAt }),
  };
}

function itemsOf(value: unknown): Item[] {
  return Array.isArray(value)
    ? value.filter((item): item is Item => typeof item === 'object' && item !== null)
    : [];
}

/** One bounded line: what is found here is shown on reels and in Temporal. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = plainLine(value);
  return text === '' ? undefined : cutText(text, MAX_TEXT, '…');
}

async function boundedText(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_BYTES) throw new Error('its answer is too long');
  }
  return text;
}

function fault(words: unknown): StatusPageRead {
  return { kind: 'fault', words: cutText(`the status page gave no answer: ${String(words)}`, MAX_TEXT, '…') };
}
