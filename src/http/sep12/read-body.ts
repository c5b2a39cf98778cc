import type { Outcome } from '../../domain/outcome.ts'
import { accepted } from '../../domain/outcome.ts'
import type { BodyRefusal } from '../server/body.ts'
import type { ClientRequest } from '../server/route.ts'
import { readNames } from './wire.ts'
import type { SentNames } from './wire.ts'

/** The names of a body that has to be there. */
export async function readBodyNames(
  request: ClientRequest,
): Promise<Outcome<SentNames, BodyRefusal>> {
  const body = await request.body()
  return body.ok ? readNames(body.value) : body
}

/** The names of a body that may be absent, whatever its content type says (SEP12-118). */
export async function readOptionalNames(
  request: ClientRequest,
): Promise<Outcome<SentNames, BodyRefusal>> {
  const length = request.header('content-length')
  const hasBody = request.header('transfer-encoding') !== undefined
  return hasBody || Number(length ?? 0) > 0 ? readBodyNames(request) : accepted(new Map())
}
