import type { GraphQLSchema } from 'graphql'
import type { OperationWatch } from './watch-operations.ts'

export interface GraphqlLog {
  error(fields: object, message: string): void
}

/** Who calls, read from an `Authorization` header or from the socket's connection parameters. */
export interface Caller<Identity> {
  readonly identity: Identity | undefined
  /** When the identity ends, and with it every subscription of its socket. */
  readonly expiresAt?: Date
}

export interface GraphqlDoor<Identity, Context extends object> {
  readonly path: string
  readonly schema: GraphQLSchema
  readonly identify: (authorization: string | undefined) => Promise<Caller<Identity>>
  readonly context: (identity: Identity | undefined, signal: AbortSignal) => Context
  /** Introspection is on in the sandbox and for the back office; SDL is published anyway. */
  readonly introspection: boolean
  readonly log: GraphqlLog
  readonly watch?: OperationWatch
  /** Stellar account of the caller, for the log. */
  readonly accountOf?: (identity: Identity) => string
  readonly socketsMax: number
}
