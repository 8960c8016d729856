/** `.env.example` is what src/platform/config.ts says, in both directions. */
import { parse } from 'dotenv';
import { settingsOf } from '../../tools/docs/generated-docs';
import { loadConfig, SETTING_NAMES } from '../../src/platform/config';
import { read } from '../support/docs';

const example = read('.env.example');
const settings = settingsOf(example);
const values = parse(example);

test('has every setting once, and nothing else', () => {
  expect(settings.map(({ name }) => name).sort()).toEqual([...SETTING_NAMES].sort());
  expect(Object.keys(values).sort()).toEqual([...SETTING_NAMES].sort());
});

test('means the same as no file at all', () => {
  expect(loadConfig(values)).toEqual(loadConfig({}));
});

/** Another value than the default, for each setting that has one. */
const other = (value: string): string => {
  if (/^\d+$/.test(value)) return value === '0' ? '1' : '7';
  if (/^\d+(?:[smhd]|MB)$/.test(value)) return value.replace(/^\d+/, '9');
  const others: Record<string, string> = {
    info: 'warn',
    ask: 'submit_again',
    '127.0.0.1': 'localhost',
    none: 'loopback',
  };
  return others[value] ?? `${value}-other`;
};

test.each(settings.filter(({ value }) => value !== ''))(
  'would show a wrong default of $name',
  ({ name, value }) => {
    const changed = { ...values, [name]: other(value), RUNWAYML_BASE_URL: 'http://127.0.0.1:1' };
    expect(loadConfig(changed)).not.toEqual(loadConfig({ RUNWAYML_BASE_URL: 'http://127.0.0.1:1' }));
  },
);

test('explains every setting, in a group', () => {
  for (const { about, group } of settings) {
    expect(about).toMatch(/^[A-Z\d]/);
    expect(group).not.toBe('');
  }
});

test.each(['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TEMPORAL_API_KEY'])(
  'mentions %s of Temporal without setting it',
  (name) => {
    expect(example).toMatch(new RegExp(`^#.*\\b${name}=`, 'm'));
    expect(values).not.toHaveProperty(name);
  },
);
