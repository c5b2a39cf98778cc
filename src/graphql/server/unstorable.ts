import type { DocumentNode, GraphQLError } from 'graphql'
import { visit } from 'graphql'
import { badInput } from '../arguments.ts'

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
  return found ? badInput('A text holds NUL or half a character, which cannot be kept') : undefined
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
