import { createHmac, hkdfSync } from 'node:crypto'

/**
 * Makes fingerprints for comparing requests. With a key, as requests hold personal data: who has the
 * database alone, with sums, ids and times of the request beside it, could else try all account numbers
 * against a plain hash. After a change of the secret a replay is refused as another request, and opens
 * nothing.
 */
export function inputFingerprint(secret: Uint8Array): (text: string) => string {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'fairlead/input-fingerprint/1', 32))
  return (text) => createHmac('sha256', key).update(text).digest('base64')
}
