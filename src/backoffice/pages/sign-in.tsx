import type { Visitor } from '../page.tsx';
import { CsrfField } from './fields.tsx';
import { Layout } from './layout.tsx';

/** Asks for a click before the link is used up, so that link previews do not use it up. */
export function SignInPage({ visitor, token }: { visitor: Visitor; token: string }) {
  return (
    <Layout title="Sign in" visitor={{ ...visitor, userId: null }}>
      <div class="narrow card">
        <h1>Sign in to the back office</h1>
        <p>This link signs you in once, for twelve hours in this browser.</p>
        <form method="post" action="/admin/sign-in">
          <CsrfField visitor={visitor} />
          <input type="hidden" name="token" value={token} />
          <button type="submit" class="main">
            Sign in
          </button>
        </form>
      </div>
    </Layout>
  );
}

/** For visitors without a session, or with a link that is no longer valid. */
export function NeedLinkPage({ visitor, problem = null }: { visitor: Visitor; problem?: string | null }) {
  return (
    <Layout title="Sign in" visitor={visitor}>
      <div class="narrow card">
        <h1>{problem ?? 'You are not signed in'}</h1>
        <p>
          You sign in to the back office with a link, which works once and within a day. Whoever runs Netterms
          creates one with:
        </p>
        <pre>
          <code>npm run sign-in</code>
        </pre>
        <p class="note">
          <code>npm start</code> prints one too; in a container use <code>node dist/cli/sign-in.js</code>.
        </p>
      </div>
    </Layout>
  );
}

export const linkUsed = 'This link has already been used or has expired';
