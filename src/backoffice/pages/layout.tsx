import type { ComponentChildren } from 'preact';
import type { AccountChange } from '../../modules/banking/accounts.ts';
import { assetUrl } from '../assets.ts';
import type { Visitor } from '../page.tsx';
import { CsrfField } from './fields.tsx';

export type Section = 'orders' | 'customers' | 'letters' | 'tasks';

const sections: readonly [Section, string][] = [
  ['orders', 'Orders'],
  ['customers', 'Customers'],
  ['letters', 'Letters'],
  ['tasks', 'Tasks'],
];

/** The frame of every page. */
export function Layout({
  title,
  visitor,
  section,
  children,
}: {
  title: string;
  visitor: Visitor;
  section?: Section;
  children: ComponentChildren;
}) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · Netterms`}</title>
        <link rel="icon" href={assetUrl('icon.svg')} type="image/svg+xml" />
        <link rel="stylesheet" href={assetUrl('admin.css')} />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <header class="top">
          <div class="top-inner">
            <a class="brand" href="/admin/orders">
              <img src={assetUrl('icon.svg')} alt="" width="24" height="24" />
              Netterms
            </a>
            {visitor.userId !== null && (
              <>
                <nav class="sections" aria-label="Sections">
                  {sections.map(([name, label]) => (
                    <a href={`/admin/${name}`} aria-current={name === section ? 'page' : undefined}>
                      {label}
                      {name === 'tasks' && <Waiting count={visitor.openTasks ?? 0} />}
                    </a>
                  ))}
                </nav>
                <form class="who" method="post" action="/admin/sign-out">
                  <CsrfField visitor={visitor} />
                  <span>{visitor.userId}</span>
                  <button type="submit" class="quiet">
                    Sign out
                  </button>
                </form>
              </>
            )}
          </div>
        </header>
        {visitor.accountChanges?.map((change) => (
          <AccountNotice {...change} />
        ))}
        <main id="main">{children}</main>
      </body>
    </html>
  );
}

/** Warns on every page that customers are about to be given another bank account, while that can still be stopped. */
const AccountNotice = ({ iban, holder, requestedBy, inForceFrom }: AccountChange) => (
  <aside class="account-notice" aria-label="Change of a bank account">
    <strong>
      Customers would pay into {iban} of <bdi>{holder}</bdi>
    </strong>{' '}
    {inForceFrom === null
      ? `as soon as a second person approves it, and a day later. Asked for by ${requestedBy}.`
      : `from ${inForceFrom.slice(0, 16).replace('T', ' ')} UTC on. Asked for by ${requestedBy}, approved by a second person.`}{' '}
    If this is wrong, reject the approval or withdraw the change now.
  </aside>
);

/** How many tasks wait, next to the name of their section. */
const Waiting = ({ count }: { count: number }) =>
  count === 0 ? null : (
    <span class="badge warn">
      {count}
      <span class="unseen"> open</span>
    </span>
  );
