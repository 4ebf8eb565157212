/** The views of a list; the one that is shown is marked. */
export const Tabs = ({
  label,
  tabs,
}: {
  label: string;
  tabs: readonly { readonly label: string; readonly url: string; readonly isShown: boolean }[];
}) => (
  <nav class="tabs" aria-label={label}>
    {tabs.map(({ label: tab, url, isShown }) => (
      <a href={url} aria-current={isShown ? 'true' : undefined}>
        {tab}
      </a>
    ))}
  </nav>
);

/** Leads to the next page of a list, and back to its first; nothing, if all of it is shown. */
export function Pages({ first, next }: { first: string | null; next: string | null }) {
  if (first === null && next === null) return null;
  return (
    <nav class="pages" aria-label="Pages">
      {first !== null && <a href={first}>First page</a>}
      {next !== null && (
        <a href={next} rel="next">
          Next page
        </a>
      )}
    </nav>
  );
}
