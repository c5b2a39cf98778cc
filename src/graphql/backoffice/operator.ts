import { unauthenticated } from '../server/unauthenticated.ts'
import type { BackofficeContext } from './context.ts'

/** The operator who calls, or the one error that every field answers without a valid token. */
export function operatorOf(context: BackofficeContext): string {
  if (context.operator !== undefined) return context.operator
  throw unauthenticated('Send the back-office token: `Authorization: Bearer <token>`')
}
