import type { ClientBase } from 'pg'

const names = new Map<string, string>()

/**
 * Marks a statement as worth preparing: each connection has it parsed and planned once. For the few
 * statements of hot paths whose best plan does not depend on the values (opening a transaction runs
 * half as fast again); not for lists, where PostgreSQL should look at what is asked for.
 */
export function prepared(text: string): string {
  if (!names.has(text)) names.set(text, `fairlead_${names.size + 1}`)
  return text
}

/** Kysely has no word for prepared statements, so the connection itself knows which ones are. */
export function prepareMarked(client: ClientBase): void {
  const query = client.query.bind(client) as (...given: readonly unknown[]) => unknown
  const replacement = (text: unknown, ...rest: readonly unknown[]): unknown => {
    const name = typeof text === 'string' ? names.get(text) : undefined
    const [values, ...callback] = rest
    return name === undefined ? query(text, ...rest) : query({ name, text, values }, ...callback)
  }
  client.query = replacement as typeof client.query // the same calls give the same answers
}
