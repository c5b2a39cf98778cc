import { request } from 'undici'
import { z } from 'zod'
import { isAccount } from '../../domain/client/account-address.ts'
import type { HorizonOptions } from './horizon-call.ts'
import type { AccountLookup } from '../../usecases/ports/account-lookup.ts'
import { NetworkUnavailable } from '../../usecases/ports/account-lookup.ts'

export interface HorizonAccountsParts {
  /** Without a slash at the end. */
  readonly horizonUrl: string
  readonly timeoutMs?: number
  readonly onCall?: HorizonOptions['onCall']
}

const byte = z.int().min(0).max(255)

const accountRecord = z.object({
  id: z.string(),
  thresholds: z.object({ med_threshold: byte }),
  signers: z.array(z.object({ key: z.string(), weight: byte, type: z.string() })),
})

/** Horizon's own 404; the page of some proxy on the way looks different. */
const notFoundProblem = z.object({ status: z.literal(404), type: z.string() })

/**
 * Signers of accounts from Horizon's `GET /accounts/:id`, without any cache. Only a 404 that Horizon
 * itself gave means that there is no such account (SEP10-104).
 */
export const horizonAccounts = ({
  horizonUrl,
  timeoutMs = 10_000,
  onCall,
}: HorizonAccountsParts): AccountLookup => ({
  async signersOf(account) {
    const begun = performance.now()
    const path = `/accounts/${account}`
    const told = (status?: number) =>
      onCall?.({
        path,
        ...(status !== undefined && { status }),
        durationMs: Math.round(performance.now() - begun),
      })
    const { status, body } = await ask(`${horizonUrl}${path}`, timeoutMs).catch(
      (error: unknown) => {
        told()
        throw error
      },
    )
    told(status)
    if (status === 404 && notFoundProblem.safeParse(body).success) return undefined
    const record = accountRecord.safeParse(body)
    if (status !== 200 || !record.success || record.data.id !== account) {
      throw new NetworkUnavailable(`Horizon answered ${status} to a question for an account`)
    }
    const { thresholds, signers } = record.data
    return {
      mediumThreshold: thresholds.med_threshold,
      // Pre-authorised transactions, hashes and signed payloads sign no challenge (SEP10-92).
      signers: signers
        .filter(({ type, key }) => type === 'ed25519_public_key' && isAccount(key))
        .map(({ key, weight }) => ({ account: key, weight })),
    }
  },
})

async function ask(
  url: string,
  timeoutMs: number,
): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    const { statusCode, body } = await request(url, {
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: 'application/json' },
    })
    return { status: statusCode, body: await body.json() }
  } catch (cause) {
    throw new NetworkUnavailable('Horizon cannot be asked for an account', { cause })
  }
}
