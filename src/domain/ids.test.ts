import { reelIdOf, workflowIdOf } from './ids';

const ID = 'abcdefghijklmnopqrstuvwx27';

test.each([ID, `sim-${ID}`])('the workflow of %s leads back to it', (id) => {
  expect(workflowIdOf(id)).toBe(`reel-${id}`);
  expect(reelIdOf(workflowIdOf(id))).toBe(id);
});

test.each([
  '',
  'reel-',
  ID,
  `REEL-${ID}`,
  `reel-${ID}a`,
  `reel-${ID.slice(1)}`,
  `reel-${ID.toUpperCase()}`,
  `reel-reel-${ID}`,
  `copy-of-reel-${ID}`,
  `reel-sim-sim-${ID}`,
  `reel-${ID}\n`,
  `reel-../${ID.slice(3)}`,
  `reel-${ID.replace('a', '1')}`,
])('the workflow ID %j names no reel of ours', (workflowId) => {
  expect(reelIdOf(workflowId)).toBeUndefined();
});
