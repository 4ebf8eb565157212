import type { Visitor } from '../page.tsx';
import { Layout } from './layout.tsx';

/** A page that says one thing: not found, refused, failed. */
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
    text: 'The order, customer or task that you look for does not exist, or the address is mistyped.',
  },
  refused: {
    title: 'Nothing was changed',
    text: 'This form did not come from a page of yours, or your session has changed since. Go back, reload the page, and try again.',
  },
  failed: {
    title: 'Something went wrong on our side',
    text: 'It was logged. Look whether what you asked for has been done before you ask again.',
  },
} as const;
