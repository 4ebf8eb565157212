import type { ComponentChildren } from 'preact';

/** The head of a column; of one with numbers, which stand at its right edge. */
type Column = string | { readonly number: string };

/**
 * A table with one thing a row. On a narrow screen the cells of a row stand below each other, and each shows its
 * `data-label`.
 * @param caption what the table is called, for those who cannot see what is around it
 * @param columns their heads; one that is false or undefined is left out
 */
export function Table({
  caption,
  columns,
  children,
}: {
  caption: string;
  columns: readonly (Column | false | undefined)[];
  children: ComponentChildren;
}) {
  return (
    <table class="stacked">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>{columns.map((column) => column && <Head column={column} />)}</tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

const Head = ({ column }: { column: Column }) =>
  typeof column === 'string' ? (
    <th scope="col">{column}</th>
  ) : (
    <th scope="col" class="number">
      {column.number}
    </th>
  );
