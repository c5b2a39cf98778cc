import { z } from 'zod'
import type { SandboxFile } from '../flows/fairlead.ts'

/** What the network's own history says was credited to the distribution account. */
export interface Credit {
  /** Run of the network and id of the operation: each reset begins to number anew. */
  readonly id: string
  readonly epoch: number
  readonly asset: string
  readonly units: bigint
  /** The id of a muxed destination, or the memo; undefined: neither. */
  readonly memo: string | undefined
}

const text = z.string()
const record = z.looseObject({
  id: text,
  paging_token: text,
  type: text,
  to: text.optional(),
  to_muxed_id: text.optional(),
  amount: text.optional(),
  asset_code: text.optional(),
  transaction: z.looseObject({ memo_type: text, memo: text.optional() }).optional(),
})
const page = z.object({ _embedded: z.object({ records: z.array(record) }) })
const account = z.looseObject({
  balances: z.array(z.looseObject({ asset_code: text.optional(), balance: text })),
})

/** Seven decimals, as the network counts. */
export const unitsOf = (amount: string): bigint => {
  const [whole = '0', part = ''] = amount.split('.')
  return BigInt(whole) * 10_000_000n + BigInt(part.padEnd(7, '0'))
}

export const distributionOf = ({ assets }: SandboxFile): string =>
  assets[0]?.distributionAccount ?? ''

export interface Place {
  readonly epoch: number
  readonly cursor: string
}

/** Every credit after the cursor, and the cursor behind the last one. */
export async function creditsAfter(world: SandboxFile, { epoch, cursor }: Place) {
  const to = distributionOf(world)
  const credits: Credit[] = []
  let place = cursor
  for (;;) {
    const url = `${world.horizonUrl}/accounts/${to}/payments?join=transactions&order=asc&limit=200`
    const records = page.parse(await (await fetch(`${url}&cursor=${place}`)).json())._embedded
      .records
    for (const one of records) if (one.to === to) credits.push(creditOf(one, epoch))
    const last = records.at(-1)
    if (last === undefined) return { credits, cursor: place }
    place = last.paging_token
  }
}

const creditOf = (one: z.infer<typeof record>, epoch: number): Credit => ({
  id: `${epoch}-${one.id}`,
  epoch,
  asset: one.asset_code ?? 'native',
  units: unitsOf(one.amount ?? '0'),
  memo: one.to_muxed_id ?? one.transaction?.memo,
})

/** What the account holds, by asset: the ledger's own sum of all credits. */
export async function balancesOf(world: SandboxFile): Promise<ReadonlyMap<string, bigint>> {
  const url = `${world.horizonUrl}/accounts/${distributionOf(world)}`
  const { balances } = account.parse(await (await fetch(url)).json())
  return new Map(balances.map((line) => [line.asset_code ?? 'native', unitsOf(line.balance)]))
}
