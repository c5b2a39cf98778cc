import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export const signatureToleranceSeconds = 300

/** What a signed request says; the key is in it so that nobody can replay an order under another key. */
export interface SignedParts {
  readonly method: string
  /** Path and query as sent. */
  readonly path: string
  readonly timestamp: string
  readonly idempotencyKey: string
  readonly body: Uint8Array
}

export function signRequest(secret: string, parts: SignedParts): string {
  const { method, path, timestamp, idempotencyKey, body } = parts
  return sign(secret, ['payout-request', method, path, timestamp, idempotencyKey, digest(body)])
}

export function signWebhook(
  secret: string,
  parts: { timestamp: string; body: Uint8Array },
): string {
  return sign(secret, ['payout-webhook', parts.timestamp, digest(parts.body)])
}

/** True when any `v1=` entry of the header is the expected signature. */
export function hasSignature(header: string, expected: string): boolean {
  return header.split(',').some((entry) => equalInConstantTime(entry.trim(), expected))
}

export function equalInConstantTime(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}

const sign = (secret: string, lines: readonly string[]): string =>
  `v1=${createHmac('sha256', secret).update(lines.join('\n')).digest('hex')}`

const digest = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex')
