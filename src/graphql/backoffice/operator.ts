import { GraphQLError } from 'graphql'
import type { BackofficeContext } from './context.ts'

/** The operator who calls, or the one error that every field answers without a valid token. */
export function operatorOf(context: BackofficeContext): string {
  if (context.operator !== undefined) return context.operator
  throw new GraphQLError('Send the back-office token: `Authorization: Bearer <token>`', {
    extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } },
  })
}
