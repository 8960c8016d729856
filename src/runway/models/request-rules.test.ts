import fc from 'fast-check';
import { REQUEST_FIELDS } from '../../contract/schemas/request';
import { splitDataUri } from './prompt-image';
import { parseReelRequest } from './request-rules';

const promptText = 'Snow falls on a quiet town';
const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(24)]);
const dataUri = (bytes: Buffer, type = 'image/png') => `data:${type};base64,${bytes.toString('base64')}`;
const STORED = `stored:${'0a'.repeat(32)}.png`;

/** Messages by field. */
function problems(body: unknown, options?: { storedImages?: boolean }): Record<string, string> {
  const parsed = parseReelRequest(body, options);
  return parsed.ok ? {} : Object.fromEntries(parsed.issues.map(({ field, message }) => [field, message]));
}

describe('a good request', () => {
  it('gets the defaults', () => {
    expect(parseReelRequest({ promptText })).toEqual({
      ok: true,
      request: { promptText, model: 'veo3.1_fast', ratio: '720:1280', duration: 8, audio: 'none' },
    });
  });

  it('keeps all that it says', () => {
    const request = {
      promptText,
      promptImage: 'https://example.org/a.png',
      model: 'veo3.1',
      ratio: '1920:1080',
      duration: 6,
      audio: 'music',
      negativePrompt: 'rain',
      seed: 4_294_967_295,
      maxCredits: 1_000_000,
      deadline: '90m',
      title: 'Holiday Party 🎄',
      date: '2024-02-29',
      metadata: { event: 'party' },
    };
    expect(parseReelRequest(request)).toEqual({ ok: true, request });
  });

  it('gets the defaults of the model that it names', () => {
    expect(parseReelRequest({ promptText, model: 'hailuo3' })).toMatchObject({ request: { ratio: '9:16' } });
    expect(
      parseReelRequest({ promptText, model: 'wan3', promptImage: 'https://example.org/a.png' }),
    ).toMatchObject({ request: { ratio: 'auto_720p', duration: 8 } });
  });

  it('may have null for every field that it need not have, also within', () => {
    const nulls = Object.fromEntries(
      Object.keys(REQUEST_FIELDS)
        .filter((field) => field !== 'promptText')
        .map((field) => [field, null]),
    );
    expect(parseReelRequest({ ...nulls, promptText })).toEqual(parseReelRequest({ promptText }));
    expect(parseReelRequest({ promptText, metadata: { event: 'party', place: null } })).toMatchObject({
      request: { metadata: { event: 'party' } },
    });
  });

  it('may use the whole prompt limit, in UTF-16 units', () => {
    expect(problems({ promptText: '🎉'.repeat(500) })).toEqual({});
    expect(problems({ promptText: 'x'.repeat(1000) })).toEqual({});
  });
});

describe('a wrong request', () => {
  it('hears of every wrong field at once', () => {
    expect(
      Object.keys(
        problems({
          model: 'gen4.5',
          ratio: '1:1',
          duration: 11,
          audio: 'music',
          negativePrompt: 'rain',
          seed: -1,
          deadline: 'soon',
          title: ' ',
          date: '2025-02-30',
          metadata: [],
          promptImage: 'ftp://example.org',
          maxCredits: 0,
          fallbacks: ['no_video'],
        }),
      ).sort(),
    ).toEqual(
      [
        'audio',
        'date',
        'deadline',
        'duration',
        'fallbacks',
        'maxCredits',
        'metadata',
        'negativePrompt',
        'promptImage',
        'promptText',
        'ratio',
        'seed',
        'title',
      ].sort(),
    );
  });

  it.each<[string, object, string]>([
    ['promptText', {}, 'promptText is missing: describe what the video should show.'],
    ['promptText', { promptText: null }, 'promptText is missing: describe what the video should show.'],
    [
      'fallbacks',
      { promptText, fallbacks: [null] },
      expect.stringContaining('fallbacks must be a list') as string,
    ],
    ['prompt', { promptText, prompt: null }, expect.stringContaining('is not a field') as string],
    ['promptText', { promptText: 8 }, 'promptText must be text, in quotes.'],
    [
      'promptText',
      { promptText: ' \n\u200b' },
      'promptText must not be empty: write something that can be seen.',
    ],
    [
      'promptText',
      { promptText: 'a\ud83c' },
      'promptText contains half of a character: it was cut in the middle of one.',
    ],
    ['promptText', { promptText: 'a\0b' }, 'promptText contains a NUL character: remove it.'],
    [
      'promptText',
      { promptText: 'x'.repeat(1012) },
      'promptText is 1012 characters long, and 1000 are allowed (veo3.1_fast takes 1000): shorten it by 12.',
    ],
    [
      'promptText',
      { promptText: '🎉'.repeat(501) },
      'promptText is 1002 characters long (an emoji counts as 2 or more), and 1000 are allowed (veo3.1_fast takes 1000): shorten it by 2.',
    ],
    [
      'promptText',
      { promptText: 'x'.repeat(924), audio: 'music' },
      'promptText is 924 characters long, and 923 are allowed (veo3.1_fast takes 1000, and the request for music needs 77 of them): shorten it by 1.',
    ],
    [
      'negativePrompt',
      { promptText, negativePrompt: 'x'.repeat(966), audio: 'music' },
      'negativePrompt is 966 characters long, and 965 are allowed (veo3.1_fast takes 1000, and the request for music needs 35 of them): shorten it by 1.',
    ],
    [
      'negativePrompt',
      { promptText, model: 'gen4.5', negativePrompt: 'rain' },
      'negativePrompt is not taken by gen4.5: leave it out, or choose veo3.1_fast or veo3.1.',
    ],
    [
      'duration',
      { promptText, duration: 5 },
      'duration must be 4, 6 or 8 seconds for veo3.1_fast, and is 5.',
    ],
    [
      'duration',
      { promptText, model: 'gen4.5', duration: 2.5 },
      'duration must be a whole number of seconds between 2 and 10 for gen4.5, and is 2.5.',
    ],
    ['duration', { promptText, duration: '8' }, 'duration must be a number of seconds, without quotes.'],
    [
      'ratio',
      { promptText, ratio: '9:16' },
      'ratio "9:16" is not what veo3.1_fast makes: it must be 720:1280, 1080:1920, 1280:720 or 1920:1080.',
    ],
    [
      'ratio',
      { promptText, model: 'wan3', ratio: '720:1280', promptImage: 'https://example.org/a.png' },
      'ratio "720:1280" is not what wan3 makes from an image: it must be auto_720p, auto_480p or auto_1080p.',
    ],
    ['audio', { promptText, audio: true }, 'audio must be one of none, music, music_and_speech.'],
    [
      'promptImage',
      { promptText, model: 'gen4_turbo' },
      expect.stringMatching(
        /^promptImage is missing: gen4_turbo makes videos from an image only\. .*gen4\.5/,
      ),
    ],
    ['seed', { promptText, seed: 4_294_967_296 }, 'seed must be a whole number between 0 and 4294967295.'],
    ['seed', { promptText, model: 'wan3', seed: 1 }, expect.stringMatching(/^seed is not taken by wan3: /)],
    [
      'maxCredits',
      { promptText, maxCredits: 50 },
      'maxCredits must be at least 80: one generation of this reel may cost $0.80 (80 credits), and $0.50 (50 credits) were allowed.',
    ],
    ['maxCredits', { promptText, maxCredits: '8' }, 'maxCredits must be a whole number, without quotes.'],
    [
      'colour',
      { promptText, colour: 'red' },
      expect.stringMatching(/^colour is not a field of a request: remove it\. The fields are promptText, /),
    ],
    ...[
      'ftp://example.org',
      'example.org',
      'https://user:word@example.org/',
      'https://example.org/#part',
    ].map(
      (webhookUrl) =>
        [
          'webhookUrl',
          { promptText, webhookUrl },
          'webhookUrl must be an http(s) URL without a user, a password or a fragment.',
        ] as [string, object, string],
    ),
  ])('is told about %s (case %#)', (field, body, message) => {
    expect(problems(body)).toEqual({ [field]: message });
  });

  it.each(['veo3', 'constructor', '__proto__', ''])(
    'is told which models there are instead of %j',
    (model) => {
      expect(problems({ promptText, model })['model']).toMatch(
        /is not known: it must be veo3\.1_fast, .* or /,
      );
    },
  );

  it('cannot smuggle a prototype in', () => {
    const body: unknown = JSON.parse('{"promptText":"x","__proto__":{"model":"gen4.5"},"constructor":1}');
    expect(Object.keys(problems(body)).sort()).toEqual(['__proto__', 'constructor']);
    const metadata: unknown = JSON.parse('{"__proto__":"x"}');
    expect(problems({ promptText, metadata })['metadata']).toMatch(/must not have the name "__proto__"/);
  });

  it.each([null, undefined, 'text', 7, [], [{ promptText }]])(
    'is refused as a whole when it is %j',
    (body) => {
      expect(Object.keys(problems(body))).toEqual(['']);
    },
  );

  it('with thousands of unknown fields gets a short answer', () => {
    const body = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`f${i}`, 1]));
    expect(Object.keys(problems({ promptText, ...body }))).toHaveLength(20);
  });

  it('never makes the check throw', () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(
        fc.constantFrom(
          'promptText',
          'promptImage',
          'model',
          'ratio',
          'seed',
          'metadata',
          'date',
          'title',
          'x',
        ),
        fc.oneof(
          fc.jsonValue(),
          fc.constantFrom('veo3.1', 'data:image/png;base64,', 'https://', 'runway://'),
        ),
      ),
    );
    fc.assert(
      fc.property(anything, (body) => {
        const parsed = parseReelRequest(body);
        if (parsed.ok) return;
        expect(parsed.issues).not.toHaveLength(0);
        for (const { message } of parsed.issues) expect(message).toMatch(/\.$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a text of which nothing can be seen', () => {
  it.each([
    '',
    ' ',
    '\u3164',
    '\u115f\u1160\uffa0',
    '\u2800',
    '\u200b\u200d\ufeff\u00ad',
    '\u034f',
    '\u2065',
    '\u{e0001}\u{e0041}\u{e007f}',
    '\u180e\u17b4',
    '\ufe0f\u{e0100}',
    '\u202e\u2066',
    '\u0301\u20e3',
    '\u00a0\u2003\u3000\u1680\u2028',
    '\u0007\u001b',
    '\u{1d173}\u{13441}\u{1d159}',
    '\ufff9\uffff\ue000',
  ])('is no prompt, no title and no metadata (%j)', (blank) => {
    const wrong = problems({
      promptText: blank,
      negativePrompt: blank,
      model: 'wan3',
      title: blank,
      metadata: { a: blank },
    });
    for (const field of ['promptText', 'negativePrompt', 'title', 'metadata']) {
      expect(wrong[field]).toMatch(/must not be empty: write something that can be seen\.$/);
    }
    if (blank !== '') {
      expect(problems({ promptText, metadata: { [blank]: 'x' } })['metadata']).toMatch(/nothing can be seen/);
    }
  });

  it.each([
    '雪',
    'ا',
    'क्षि',
    '🎄',
    '👨‍👩‍👧',
    '1️⃣',
    '❤️',
    '🇫🇷',
    '…',
    '$',
    'a\u0301',
    '\u3164x',
    'ㅋ',
    '\u2801',
    '\u{1fa00}',
  ])('%s can be seen', (text) => {
    expect(problems({ promptText: text, title: text, metadata: { [text]: text } })).toEqual({});
  });
});

describe('title, date, deadline and metadata', () => {
  it.each<[object, string]>([
    [{ title: 'x'.repeat(201) }, 'title must have 200 characters at most.'],
    [{ title: 'a\nb' }, 'title must be one line without control characters.'],
    [{ date: '2025-2-3' }, 'date must be a day of the calendar, written as 2025-12-06.'],
    [{ date: '2023-02-29' }, 'date must be a day of the calendar, written as 2025-12-06.'],
    [{ deadline: '59s' }, 'deadline must be a duration between 1m and 30d, such as 90m, 48h or 7d.'],
    [{ deadline: '31d' }, 'deadline must be a duration between 1m and 30d, such as 90m, 48h or 7d.'],
    [{ metadata: { a: 1 } }, 'metadata has a value under "a" that must be text, in quotes.'],
    [{ metadata: { '': 'x' } }, 'metadata has the name "": names have 1 to 64 characters.'],
    [
      { metadata: { a: 'x'.repeat(513) } },
      'metadata has a value under "a" of 513 characters: 512 are the most.',
    ],
    [
      { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [i, 'x'])) },
      'metadata has 17 pairs: 16 are the most.',
    ],
  ])('are refused with their cure (case %#)', (fields, message) => {
    expect(Object.values(problems({ promptText, ...fields }))).toEqual([message]);
  });

  it('are taken up to their limits', () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 16 }, (_, i) => [`${i}`.padEnd(64, 'k'), 'x'.repeat(512)]),
    );
    for (const deadline of ['60s', '1m', '30d']) {
      expect(problems({ promptText, title: 'x'.repeat(200), metadata, deadline })).toEqual({});
    }
  });
});

describe('an image', () => {
  it.each([
    'https://example.org/a.png',
    'https://cdn.example.co.uk:8443/a?b=c',
    'https://xn--bcher-kva.example/a',
    'runway://dXBsb2Fk.abc_-',
    dataUri(PNG),
    dataUri(Buffer.from('ffd8ffe000104a46', 'hex'), 'image/jpeg'),
    dataUri(Buffer.from('RIFF0000WEBPVP8 '), 'image/webp'),
  ])('may be %s', (promptImage) => {
    expect(problems({ promptText, promptImage })).toEqual({});
  });

  it.each<[string, RegExp]>([
    ['http://example.org/a.png', /must be a https:\/\/ URL/],
    ['', /must be a https:\/\/ URL/],
    ['https://', /must be a https:\/\/ URL/],
    ['https://localhost/a.png', /must name a public host/],
    ['https://a.localhost/a.png', /must name a public host/],
    ['https://127.0.0.1/a.png', /must name a public host/],
    ['https://0x7f.1/a.png', /must name a public host/],
    ['https://2130706433/a.png', /must name a public host/],
    ['https://127.0.0.1./a.png', /must name a public host/],
    ['https://[::1]/a.png', /must name a public host/],
    ['https://me:secret@example.org/a.png', /must not have a user name or a password/],
    [`https://example.org/${'a'.repeat(2048)}`, /takes URLs of 2048 at most/],
    ['runway://', /is not an upload URI/],
    ['runway://a b', /is not an upload URI/],
    [STORED, /must be a https:\/\/ URL/],
    ['data:image/gif;base64,R0lGODlhAQABAAAAACw=', /is no data URI that Runway takes/],
    ['data:image/png;base64,', /is no data URI that Runway takes/],
    ['data:image/png;base64,iVBORw0KGgo?', /is no data URI that Runway takes/],
    ['DATA:image/png;base64,iVBORw0KGgo=', /is no data URI that Runway takes/],
    [dataUri(PNG, 'image/webp'), /says that it is image\/webp, but its content is something else/],
  ])('may not be %j', (promptImage, message) => {
    expect(problems({ promptText, promptImage })).toEqual({ promptImage: expect.stringMatching(message) });
  });

  it('may be a data URI of 5 MB and not of one group more', () => {
    const groups = Math.floor((5 * 1024 * 1024 - 'data:image/png;base64,'.length) / 4);
    const large = (n: number) => dataUri(Buffer.concat([PNG, Buffer.alloc(n * 3 - PNG.length)]));
    expect(problems({ promptText, promptImage: large(groups) })).toEqual({});
    expect(problems({ promptText, promptImage: large(groups + 1) })['promptImage']).toMatch(
      /5242880 at most/,
    );
  });

  it('travels through Temporal as a reference, never as bytes', () => {
    const stored = { storedImages: true };
    expect(problems({ promptText, promptImage: STORED }, stored)).toEqual({});
    expect(problems({ promptText, promptImage: 'https://example.org/a.png' }, stored)).toEqual({});
    expect(problems({ promptText, promptImage: `${STORED}/../x` }, stored)).toHaveProperty('promptImage');
    expect(problems({ promptText, promptImage: dataUri(PNG) }, stored)['promptImage']).toMatch(
      /must be stored/,
    );
  });

  it('is split into type and bytes when it is a data URI', () => {
    expect(splitDataUri(dataUri(PNG))).toEqual({ contentType: 'image/png', bytes: PNG });
    expect(splitDataUri('https://example.org/a.png')).toBeUndefined();
  });
});
