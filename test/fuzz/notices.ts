import { createHash, createHmac } from 'node:crypto'
import { z } from 'zod'
import type { SandboxFile } from '../flows/fairlead.ts'
import { untilDecided } from './clients.ts'

const book = z.object({
  payouts: z.array(z.looseObject({ id: z.string(), state: z.string(), updated_at: z.string() })),
})

/** What the bank may tell of the payouts in its book: only states that are final, as the rest may be overtaken. */
export async function readNotices(sandbox: SandboxFile): Promise<readonly string[]> {
  const read = async () => book.parse(await (await fetch(`${sandbox.bankUrl}/book`)).json()).payouts
  await untilDecided(async () => (await read()).length)
  return (await read())
    .filter(({ state }) => state === 'delivered' || state === 'rejected')
    .map((payout) =>
      JSON.stringify({
        id: `wh_${payout.id}`,
        type: `payout.${payout.state}`,
        created_at: payout.updated_at,
        payout,
      }),
    )
}

/** The headers of a notice as the bank signs it; docs/payout-rail.openapi.yaml. */
export function signNotice(
  secret: string,
  body: Uint8Array | string,
): readonly (readonly [string, string])[] {
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const digest = createHash('sha256').update(body).digest('hex')
  const signature = createHmac('sha256', secret)
    .update(['payout-webhook', timestamp, digest].join('\n'))
    .digest('hex')
  return [
    ['payout-timestamp', timestamp],
    ['payout-signature', `v1=${signature}`],
  ]
}
