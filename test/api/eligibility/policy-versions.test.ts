import { describe, expect, it } from 'vitest';
import { eligibility, eur } from '../../support/builders.ts';
import { path, useEligibility } from './use-eligibility.ts';

const { api, use, useRules } = useEligibility();

describe('the versions of a policy', () => {
  it('are listed, read, compared and restored', async () => {
    await useRules({ rule: 'vatNumber' });
    await useRules({ rule: 'minOrders', orders: 3 });
    const { body: now } = await api.call(path);
    const { body: first } = await api.call(`${path}/versions?limit=2`, undefined, { as: 'read' });
    expect(first.items.map(({ version }: { version: number }) => version)).toEqual([
      now.version,
      now.version - 1,
    ]);
    const rest = await api.call(`${path}/versions?limit=200&cursor=${first.nextCursor}`);
    expect(rest.body.items.at(-1)).toEqual({
      version: 1,
      updatedAt: '2027-01-01T00:00:00.000Z',
      updatedBy: 'user:test',
    });
    expect((await api.call(`${path}/versions/1`)).body).toMatchObject({ version: 1, policy: eligibility });
    expect((await api.call(`${path}/versions/0`)).body).toMatchObject({ version: 0, updatedBy: null });
    expect((await api.call(`${path}/versions/9999`)).body.code).toBe('version-not-found');
    expect((await api.call(`${path}/versions/first`)).body.code).toBe('validation');

    const compared = await api.call(`${path}/differences?from=${now.version - 1}`);
    expect(compared.body).toEqual({
      from: now.version - 1,
      to: now.version,
      differences: [
        { pointer: '/rules/0/rule', before: 'vatNumber', after: 'minOrders' },
        { pointer: '/rules/0/orders', after: 3 },
      ],
    });

    const restored = await api.call(`${path}/restore`, { baseVersion: now.version, version: 1 });
    expect(restored).toMatchObject({ status: 200, body: { version: now.version + 1, policy: eligibility } });
    const stale = await api.call(`${path}/restore`, { baseVersion: now.version, version: 1 });
    expect(stale.body.code).toBe('stale-version');
  });

  it('a second editor is shown what the first has changed', async () => {
    await useRules({ rule: 'vatNumber' });
    const { version } = (await api.call(path)).body;
    const change = (creditLimit: object) =>
      api.call(path, { baseVersion: version, policy: { rules: [], creditLimit } }, { method: 'PUT' });
    const answers = await Promise.all([change(eur(5)), change(eur(5))]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)!.body).toMatchObject({
      code: 'stale-version',
      currentVersion: version + 1,
      differences: [
        { pointer: '/rules/0', before: { rule: 'vatNumber' } },
        { pointer: '/creditLimit/amount', before: 1_000_000, after: 500 },
      ],
    });
  });

  it('policies that name each other never come to contradict each other', async () => {
    const terms = (await api.call('/policies/terms')).body;
    const { version } = (await api.call(path)).body;
    const without = terms.policy.terms.filter(({ code }: { code: string }) => code !== 'demo');
    const sets = [{ name: 'all', rules: [], creditLimit: eur(1_000), terms: ['demo'] }];
    const answers = await Promise.all([
      api.call(path, { baseVersion: version, policy: { sets } }, { method: 'PUT' }),
      api.call(
        '/policies/terms',
        { baseVersion: terms.version, policy: { ...terms.policy, terms: without } },
        { method: 'PUT' },
      ),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
    await useRules();
    await use(terms.policy, 'terms');
  });
});
