import type { Generation } from '../../contract/schemas/reel';
import type { ReelView } from './view/reel-view';
import { supportPacket } from './support-packet';

const generation = (number: number, more: Partial<Generation> = {}): Generation => ({
  number,
  model: 'veo3.1_fast',
  changes: [],
  runwayTaskId: `695f1a48-000${number}`,
  status: 'failed',
  failureCode: 'INTERNAL',
  failure: 'Generation failed: {"code":13,"message":"Internal error. Please try again later."}',
  estimatedCredits: 80,
  credits: 0,
  startedAt: '2026-11-23T06:00:01.000Z',
  endedAt: '2026-11-23T06:01:00.000Z',
  ...more,
});
const view: ReelView = {
  id: 'a'.repeat(26),
  client: 'local',
  bodyHash: 'hash',
  status: 'failed',
  phase: 'done',
  simulated: false,
  warnings: [],
  createdAt: '2026-11-23T06:00:00.000Z',
  updatedAt: '2026-11-23T06:05:00.000Z',
  finishedAt: '2026-11-23T06:05:00.000Z',
  request: {
    promptText: 'Snow\nfalls',
    promptImage: 'https://user:planted@images.example/a.png?signature=planted#planted',
    model: 'veo3.1_fast',
    ratio: '720:1280',
    duration: 8,
    audio: 'music',
    title: 'Private party',
    metadata: { order: 'planted' },
  },
  generations: [
    generation(1, { requestId: 'req-0' }),
    generation(2, { changes: ['no audio'], promptText: 'Snow', credits: undefined, status: 'uncertain' }),
  ],
  credits: { estimated: 120, charged: 0, uncertain: 80 },
  failure: {
    code: 'internal_error',
    title: 'Runway had an internal error',
    message: 'It failed at https://cdn.example/v.mp4?token=planted twice.',
    advice: [],
    requestId: 'req-1',
    httpStatus: 500,
    account: { creditBalance: 420 },
    service: { status: 'major_outage', incident: { name: 'Elevated errors' } },
  },
};

test('it has what the form asks for: Operation IDs, times, request IDs, failures, settings, what was done', () => {
  const packet = supportPacket(view);
  expect(packet).toMatchObject({
    form: 'https://runwayml.com/support',
    operationIds: ['695f1a48-0001', '695f1a48-0002'],
    requestIds: ['req-0', 'req-1'],
    settings: { model: 'veo3.1_fast', ratio: '720:1280', duration: 8, audio: 'music' },
    account: { creditBalance: 420 },
  });
  for (const fact of [
    '695f1a48-0001, 695f1a48-0002',
    'Request IDs: req-0, req-1',
    'Request ID: req-0',
    '2026-11-23T06:00:01.000Z',
    'INTERNAL',
    '"code":13',
    'veo3.1_fast, 720:1280, 8 s, music',
    'Prompt: "Snow\\nfalls"',
    'veo3.1_fast, no audio',
    'Prompt sent: "Snow"',
    'Image: https://images.example/a.png',
    'major_outage (Elevated errors)',
    'HTTP 500',
    'charged not known',
  ]) {
    expect(packet.text).toContain(fact);
  }
});

test('it holds no key that stood in a URL, and nothing that is not for Runway', () => {
  const text = JSON.stringify(supportPacket(view));
  expect(text).not.toContain('planted');
  expect(text).not.toContain('Private party');
  expect(text).not.toContain('undefined');
});

test('a simulated reel says that there is nothing to send', () => {
  expect(supportPacket({ ...view, simulated: true }).text).toMatch(/^SIMULATED/);
});

test('a reel that never came to Runway says so', () => {
  const { text } = supportPacket({ ...view, generations: [], failure: undefined });
  expect(text).toContain('Operation IDs: none');
  expect(text).toContain('Nothing was submitted.');
});
