import type { FocusEvent, MouseEvent } from 'react';

type Come = MouseEvent<HTMLInputElement> | FocusEvent<HTMLInputElement>;

/**
 * For a list that is searched by typing: whoever comes to it types over what is chosen, and not behind it.
 *
 * `chosen` is what the line says of the choice. What is typed already stays as it is.
 */
export function fresh(chosen: string) {
  const select = ({ currentTarget }: Come) => {
    if (chosen && currentTarget.value === chosen) currentTarget.select();
  };
  return { onFocus: select, onClick: select };
}
