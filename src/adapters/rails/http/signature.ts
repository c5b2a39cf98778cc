import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** What a request signs. The key is in it so that nobody can replay an order under another key. */
export interface SignedParts {
  readonly method: string
  /** Path and query as sent. */
  readonly path: string
  /** Unix seconds. */
  readonly timestamp: string
  /** Empty when the request has none. */
  readonly idempotencyKey: string
  readonly body: string
}

/** Value of `Payout-Signature`; docs/payout-rail.openapi.yaml, section on signatures. */
export function signRequest(secret: string, parts: SignedParts): string {
  const { method, path, timestamp, idempotencyKey, body } = parts
  return sign(secret, ['payout-request', method, path, timestamp, idempotencyKey, digest(body)])
}

/** True when one of the signatures in the header is ours for this body; a bank sends two while it changes secrets. */
export function isWebhookSigned(
  secret: string,
  parts: { readonly header: string; readonly timestamp: string; readonly body: Uint8Array },
): boolean {
  const expected = sign(secret, ['payout-webhook', parts.timestamp, digest(parts.body)])
  return parts.header.split(',').some((entry) => isSame(entry.trim(), expected))
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

const sign = (secret: string, lines: readonly string[]): string =>
  `v1=${createHmac('sha256', secret).update(lines.join('\n')).digest('hex')}`

const digest = (body: string | Uint8Array): string =>
  createHash('sha256').update(body).digest('hex')
