import type { Principal } from '../../src/domain/client/principal.ts'
import { accepted } from '../../src/domain/outcome.ts'
import type { Body } from '../../src/http/server/body.ts'
import { malformed } from '../../src/http/server/body.ts'
import type { ClientRequest, Method } from '../../src/http/server/route.ts'

export interface RequestParts {
  readonly method?: Method
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Body
  /** Shorthand for a JSON body. */
  readonly json?: unknown
  readonly principal?: Principal
}

const account = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'

/** A request for calling a route without a server. */
export function aRequest(parts: RequestParts = {}): ClientRequest {
  const text = JSON.stringify(parts.json)
  const json: Body | undefined =
    parts.json === undefined ? undefined : { kind: 'json', value: parts.json, text }
  const body = parts.body ?? json
  return {
    id: 'request-1',
    method: parts.method ?? 'GET',
    params: new Map(Object.entries(parts.params ?? {})),
    query: new Map(Object.entries(parts.query ?? {})),
    header: (name) => parts.headers?.[name],
    remoteAddress: '127.0.0.1',
    body: () => Promise.resolve(body === undefined ? malformed('no body') : accepted(body)),
    principal: parts.principal ?? { account, subject: account, homeDomain: 'localhost' },
  }
}
