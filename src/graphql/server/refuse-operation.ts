import type { GraphQLError } from 'graphql'
import { refuseExcess } from './excess.ts'
import type { Operation } from './excess.ts'
import type { Carrier } from './unserved.ts'
import { refuseUnserved } from './unserved.ts'
import { refuseUnstorable } from './unstorable.ts'

/**
 * Why an operation is not run, if it is not. To be called after validation. The first guard wins: not
 * served this way, too much of it, a text that cannot be kept.
 */
export const refuseOperation = (operation: Operation, carrier: Carrier): GraphQLError | undefined =>
  refuseUnserved(operation, carrier) ??
  refuseExcess(operation) ??
  refuseUnstorable(operation.document, operation.variables)
