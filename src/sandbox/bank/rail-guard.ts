import { refusal } from './exchange.ts'
import {
  equalInConstantTime,
  hasSignature,
  signatureToleranceSeconds,
  signRequest,
} from './signature.ts'
import type { BankReply, BankRequest } from './exchange.ts'

export interface RailSecrets {
  readonly token: string
  readonly secret: string
  readonly now: () => Date
}

/** Token, then time, then signature: the first fault is the answer; undefined lets the request in. */
export function guardRail(secrets: RailSecrets, request: BankRequest): BankReply | undefined {
  const { token, secret, now } = secrets
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (bearer === undefined || !equalInConstantTime(bearer, token)) {
    return unauthorized(
      'unauthorized',
      'Authorization has to be "Bearer " and the token of the rail.',
    )
  }
  const timestamp = headerOf(request, 'payout-timestamp')
  const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : NaN
  const age = Math.abs(now().getTime() / 1000 - seconds)
  if (!(age <= signatureToleranceSeconds)) {
    const message = `Payout-Timestamp has to be Unix seconds within ${signatureToleranceSeconds} s of now.`
    return unauthorized('stale_timestamp', message)
  }
  const { method, path, body } = request
  const idempotencyKey = headerOf(request, 'idempotency-key')
  const expected = signRequest(secret, { method, path, timestamp, idempotencyKey, body })
  if (!hasSignature(headerOf(request, 'payout-signature'), expected)) {
    const message = 'Payout-Signature does not fit the request; see the section on signatures.'
    return unauthorized('bad_signature', message)
  }
  return undefined
}

export function headerOf({ headers }: BankRequest, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}

const unauthorized = (code: string, message: string): BankReply => ({
  ...refusal(401, code, message),
  headers: { 'www-authenticate': 'Bearer' },
})
