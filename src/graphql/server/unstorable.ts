import type { DocumentNode } from 'graphql'
import { GraphQLError, visit } from 'graphql'

/** NUL and halves of surrogate pairs: no text of a person, and PostgreSQL keeps neither. */
const unstorable = /\0|\p{Surrogate}/u

/** Refuses an operation with such a text anywhere in it or in its variables, whatever it is for. */
export function refuseUnstorable(
  document: DocumentNode,
  variables: unknown,
): GraphQLError | undefined {
  let found = holdsUnstorable(variables)
  visit(document, {
    StringValue: ({ value }) => {
      found ||= unstorable.test(value)
    },
  })
  if (!found) return undefined
  return new GraphQLError('A text holds NUL or half a character, which cannot be kept', {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  })
}

/** Without recursion: the nesting is the caller's. */
function holdsUnstorable(variables: unknown): boolean {
  const open: unknown[] = [variables]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value === 'string' && unstorable.test(value)) return true
    if (typeof value === 'object' && value !== null) {
      for (const inner of Object.values(value)) open.push(inner)
    }
  }
  return false
}
