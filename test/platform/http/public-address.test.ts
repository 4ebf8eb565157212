import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AddressRefused, publicLookup } from '../../../src/platform/http/public-address.ts';

type Address = { address: string; family: number };
let resolver: ReturnType<typeof vi.fn>;
// Not with `vi.mock`: the tests of other files share the process and its modules.
beforeEach(() => {
  resolver = vi.spyOn(dns, 'lookup') as unknown as ReturnType<typeof vi.fn>;
  syncBuiltinESMExports();
});
afterEach(() => {
  resolver.mockRestore();
  syncBuiltinESMExports();
});

const resolvesTo = (...addresses: string[]) =>
  resolver.mockImplementation((_name: string, _options: object, done: (e: null, all: Address[]) => void) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    ),
  );

const ask = (all: boolean) =>
  new Promise((resolve, reject) => {
    publicLookup('shop.example', { all }, (error, address, family) =>
      error ? reject(error) : resolve(all ? address : [address, family]),
    );
  });

test('the socket gets exactly the addresses that were checked, by one look-up', async () => {
  resolvesTo('93.184.216.34', '2606:4700:4700::1111');
  expect(await ask(true)).toEqual([
    { address: '93.184.216.34', family: 4 },
    { address: '2606:4700:4700::1111', family: 6 },
  ]);
  expect(resolver).toHaveBeenCalledTimes(1);
  expect(await ask(false)).toEqual(['93.184.216.34', 4]);
});

test('a name with one private address among public ones is refused', async () => {
  resolvesTo('93.184.216.34', '10.0.0.7');
  await expect(ask(true)).rejects.toBeInstanceOf(AddressRefused);
  await expect(ask(false)).rejects.toBeInstanceOf(AddressRefused);
});

test('a name that does not resolve gives the resolver’s error', async () => {
  const unknown = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  resolver.mockImplementation((_name: string, _options: object, done: (e: Error) => void) => done(unknown));
  await expect(ask(true)).rejects.toBe(unknown);
});
