import type { ComponentChildren } from 'preact';

/**
 * One fact of a list of facts (`dl`), under its name.
 * @param wide it takes a row of its own
 * @param late something is wrong with it
 * @param strong it is what people look for first
 */
export const Fact = ({
  name,
  wide = false,
  late = false,
  strong = false,
  children,
}: {
  name: string;
  wide?: boolean;
  late?: boolean;
  strong?: boolean;
  children: ComponentChildren;
}) => (
  <div class={wide ? 'wide' : late ? 'late' : undefined}>
    <dt>{name}</dt>
    <dd class={strong ? 'strong' : undefined}>{children}</dd>
  </div>
);
