import type { Visitor } from '../page.tsx';
import { Layout } from './layout.tsx';

/** A page with one message: not found, refused, failed. */
export function MessagePage({ visitor, title, text }: { visitor: Visitor; title: string; text: string }) {
  return (
    <Layout title={title} visitor={visitor}>
      <div class="narrow card">
        <h1>{title}</h1>
        <p>{text}</p>
        <p>
          <a href="/admin/orders">To the orders</a>
        </p>
      </div>
    </Layout>
  );
}

export const messages = {
  notFound: {
    title: 'There is nothing here',
    text: 'The order, customer or task that you are looking for does not exist, or the address is mistyped.',
  },
  refused: {
    title: 'Nothing was changed',
    text: 'This form did not come from your own page, or your session has changed since then. Go back, reload the page, and try again.',
  },
  failed: {
    title: 'Something went wrong on our side',
    text: 'The error was logged. Before you try again, check whether the action took effect.',
  },
  unavailable: {
    title: 'Not available at the moment',
    text: 'Something that Netterms needs does not answer. Wait a minute; before you try again, check whether the action took effect.',
  },
} as const;
