import { Agent } from 'undici'
import { z } from 'zod'
import { isAccount } from '../../domain/client/account-address.ts'
import type { AccountSigners } from '../../domain/client/signatures.ts'
import type { AccountLookup } from '../../usecases/ports/account-lookup.ts'
import { NetworkUnavailable } from '../../usecases/ports/account-lookup.ts'
import type { HorizonOptions } from './horizon-call.ts'
import { getter } from './horizon-get.ts'
import type { Get } from './horizon-get.ts'

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

/** An account may have thousands of trustlines and data entries, all of which Horizon tells of. */
const answerBytesMax = 16 * 1024 * 1024

/**
 * Signers of accounts from Horizon's `GET /accounts/:id`, without any cache. Only a 404 that Horizon
 * itself gave means that there is no such account (SEP10-104).
 */
export function horizonAccounts(parts: HorizonAccountsParts): AccountLookup {
  const { horizonUrl, timeoutMs = 10_000, onCall } = parts
  const dispatcher = new Agent({ maxResponseSize: answerBytesMax })
  const get = getter({ dispatcher, horizonUrl, timeoutMs })
  return {
    async signersOf(account) {
      const begun = performance.now()
      const path = `/accounts/${account}`
      let status: number | undefined
      try {
        const answer = await ask(get, path)
        status = answer.status
        return readSigners(account, answer)
      } finally {
        const durationMs = Math.round(performance.now() - begun)
        onCall?.({ path, ...(status !== undefined && { status }), durationMs })
      }
    },
  }
}

interface Answered {
  readonly status: number
  readonly body: unknown
}

function readSigners(account: string, { status, body }: Answered): AccountSigners | undefined {
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
}

async function ask(get: Get, path: string): Promise<Answered> {
  try {
    const { status, text } = await get(path)
    return { status, body: JSON.parse(text) }
  } catch (cause) {
    throw new NetworkUnavailable('Horizon cannot be asked for an account', { cause })
  }
}
