/** Answers to look at in the document. A test holds each to its schema. */

const ID = 'sim-k3v7qzjx2m5e6r4t3b2n7c5d4f';
const URL = `http://127.0.0.1:3000/v1/reels/${ID}`;

export const BODIES = {
  short: {
    summary: 'Only a prompt',
    value: { promptText: 'Paper lanterns rise over a snowy village street at dusk' },
  },
  full: {
    summary: 'With sound, a ceiling on the cost, and what may be changed when it keeps failing',
    value: {
      promptText: 'A brass band plays in the park',
      audio: 'music',
      duration: 8,
      fallbacks: ['no_audio', 'model:veo3.1', 'wait'],
      maxCredits: 960,
      title: 'Concert in the park',
      date: '2025-12-06',
      metadata: { event: '1204' },
    },
  },
};

const queued = {
  id: ID,
  status: 'queued',
  phase: 'submitting',
  simulated: true,
  warnings: [],
  progress: 0,
  createdAt: '2025-12-06T18:30:00.000Z',
  updatedAt: '2025-12-06T18:30:00.000Z',
  request: {
    promptText: 'Paper lanterns rise over a snowy village street at dusk',
    model: 'veo3.1_fast',
    ratio: '720:1280',
    duration: 8,
    audio: 'none',
    title: 'Holiday Celebration',
    date: '2025-12-06',
  },
  generations: [],
  credits: { estimated: 80, charged: 0, uncertain: 0 },
  links: { self: URL, events: `${URL}/events` },
};

const succeeded = {
  ...queued,
  status: 'succeeded',
  phase: 'done',
  progress: 1,
  updatedAt: '2025-12-06T18:31:12.000Z',
  finishedAt: '2025-12-06T18:31:12.000Z',
  generations: [
    {
      number: 1,
      model: 'veo3.1_fast',
      changes: [],
      runwayTaskId: '695f1a48-dd9f-4a7c-9d5e-0c1f3a1b2c3d',
      status: 'succeeded',
      estimatedCredits: 80,
      credits: 80,
      startedAt: '2025-12-06T18:30:01.000Z',
      endedAt: '2025-12-06T18:31:10.000Z',
    },
  ],
  credits: { estimated: 80, charged: 80, uncertain: 0 },
  video: {
    url: `${URL}/video?expires=1765132272&signature=kD0vV9o1nYk5p6t4cM2xQ8sB7rJ3wL0aZfHgTuEiXyA`,
    checked: 'decoded',
    bytes: 2_411_724,
    sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    contentType: 'video/mp4',
    width: 720,
    height: 1280,
    durationSeconds: 8,
    hasAudio: false,
  },
  links: { ...queued.links, video: `${URL}/video` },
};

const failed = {
  ...queued,
  status: 'failed',
  phase: 'done',
  updatedAt: '2025-12-06T18:30:02.000Z',
  finishedAt: '2025-12-06T18:30:02.000Z',
  failure: {
    code: 'insufficient_credits',
    title: 'Not enough API credits',
    message:
      'The account has too few API credits for this video. Nothing was charged. Buy API credits at https://dev.runwayml.com (Billing).',
    advice: [
      'Buy API credits at https://dev.runwayml.com (Billing). They are apart from the credits of app.runwayml.com.',
    ],
    category: 'account',
    httpStatus: 400,
  },
};

export const REELS = {
  queued: { summary: 'Accepted', value: queued },
  succeeded: { summary: 'Made', value: succeeded },
  failed: { summary: 'Not made', value: failed },
};
