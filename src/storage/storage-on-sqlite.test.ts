import { testStorage } from '../../test/support/storage-contract';

testStorage(() => Promise.resolve(undefined));
