/** A maker that makes each thing once: formatters of the platform take long to make, and a table asks for hundreds. */
export function kept<Made>(make: (key: string) => Made): (key: string) => Made {
  const made = new Map<string, Made>();
  return (key) => {
    const found = made.get(key) ?? make(key);
    made.set(key, found);
    return found;
  };
}
