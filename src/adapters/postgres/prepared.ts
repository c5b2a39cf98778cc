const names = new Map<string, string>()

/**
 * Marks a statement as worth preparing: each connection has it parsed and planned once. For the
 * statements of hot paths whose best plan does not depend on the values (opening a transaction runs
 * half as fast again); not for lists, where PostgreSQL should look at what is asked for.
 */
export function prepared(text: string): string {
  if (!names.has(text)) names.set(text, `fairlead_${names.size + 1}`)
  return text
}

/** The name of a marked statement. */
export const preparedName = (text: string): string | undefined => names.get(text)
