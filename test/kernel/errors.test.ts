import { expect, test } from 'vitest';
import { assertNever, errorTable, NettermsError } from '../../src/kernel/errors.ts';

test('every code is stable in form and has an error’s status and a title', () => {
  for (const [code, [status, title]] of Object.entries(errorTable)) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(title).not.toBe('');
  }
});

test('an error keeps its code, its members and its cause', () => {
  const cause = new Error('below');
  const error = new NettermsError('conflict', 'used already', { orderId: '1042' }, cause);
  expect(error).toMatchObject({
    code: 'conflict',
    message: 'used already',
    members: { orderId: '1042' },
    cause,
  });
  expect('cause' in new NettermsError('conflict', 'used already')).toBe(false);
});

test('what the types exclude fails loudly', () => {
  expect(() => assertNever('surprise' as never)).toThrow('"surprise"');
});
