import type { Outcome } from '../../domain/outcome.ts'
import type { Principal } from '../../domain/client/principal.ts'
import type { Body, BodyRefusal } from './body.ts'
import type { Reply } from './reply.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One request as a route sees it. A test builds one from a literal; no server is needed. */
export interface HttpRequest {
  readonly id: string
  readonly method: Method
  /** Values of the `:names` in the route's path, percent-decoded. */
  readonly params: ReadonlyMap<string, string>
  /** Each name once: a repeated parameter was refused before. */
  readonly query: ReadonlyMap<string, string>
  /** By lower-case name. */
  readonly header: (name: string) => string | undefined
  /** Address of the caller, for rate limits. */
  readonly remoteAddress: string
  /** Reads the body, bounded; call it once. Nothing of it is read before the caller is known. */
  readonly body: () => Promise<Outcome<Body, BodyRefusal>>
}

/** A request whose login token was accepted. */
export interface ClientRequest extends HttpRequest {
  readonly principal: Principal
}

export type Route = (request: HttpRequest) => Promise<Reply>
export type ClientRoute = (request: ClientRequest) => Promise<Reply>

/** One line of a table of contents. */
export type RouteEntry = {
  readonly method: Method
  /** With `:names` for parameters, for example `/sep31/transactions/:id`. */
  readonly path: string
  /** Largest body in bytes, where it differs from the server's; multipart has limits of its own. */
  readonly bodyBytesMax?: number
} & (
  | { readonly auth: 'none'; readonly route: Route }
  | { readonly auth: 'client'; readonly route: ClientRoute }
)

/** The table of contents of one protocol, and what all its routes have in common. */
export interface RouteTable {
  readonly routes: readonly RouteEntry[]
  /** Browsers on other origins may call: SEP routes only (SEP01-08, SEP10-10). */
  readonly cors: boolean
  /** Counted per caller's address where the server has a rate limit: what anybody may ask (SEP10-31). */
  readonly isRateLimited?: boolean
  /** What a missing or invalid token gets: SEP-31 wants 403, the others 401. Default 401. */
  readonly authFailureStatus?: 401 | 403
}
