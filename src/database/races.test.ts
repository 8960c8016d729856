import { join } from 'node:path';
import { testRaces } from '../../test/support/race-contract';

testRaces((folder) => Promise.resolve({ file: join(folder, 'reels.db') }));
