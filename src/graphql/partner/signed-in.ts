import type { Principal } from '../../domain/client/principal.ts'
import { unauthenticated } from '../server/unauthenticated.ts'
import type { PartnerContext } from './context.ts'

/** The caller, or the one error that every field answers without a valid token. */
export function signedIn(context: PartnerContext): Principal {
  if (context.principal !== undefined) return context.principal
  throw unauthenticated('Log in by SEP-10 and send the token: `Authorization: Bearer <token>`')
}
