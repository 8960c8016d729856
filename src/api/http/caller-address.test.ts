import { addressBlock } from './caller-address';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['::1', '::/64'],
])('%s is told apart as %s', (address, block) => {
  expect(addressBlock(address)).toBe(block);
});

test.each(['', 'unknown', '_hidden', '7', '0x7f000001', '192.0.2.7:443', 'example.org'])(
  '%j is no address',
  (text) => {
    expect(addressBlock(text)).toBeUndefined();
  },
);
