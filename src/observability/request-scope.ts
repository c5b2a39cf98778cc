import { AsyncLocalStorage } from 'node:async_hooks'

/** What every line says that comes of one call at a door, or of one run of a job. */
export interface RequestScope {
  readonly requestId: string
  readonly job?: string
  /** Known once the caller is. */
  sendingAnchor?: string
}

const scopes = new AsyncLocalStorage<RequestScope>()

/** Runs `work` so that all log lines of it, however deep, bear this scope. */
export const withinScope = <Answer>(scope: RequestScope, work: () => Answer): Answer =>
  scopes.run(scope, work)

export const currentScope = (): RequestScope | undefined => scopes.getStore()

/** A caller's own id is taken where it is short and plain; anything else could be anything. */
export const isSaneRequestId = (id: unknown): id is string =>
  typeof id === 'string' && /^[\w.-]{8,64}$/.test(id)
