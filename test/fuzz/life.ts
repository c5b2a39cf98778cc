import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { signChallenge } from './clients.ts'
import type { Recent } from './surroundings.ts'
import type { FuzzWorld } from './world.ts'

const answer = z.object({
  transaction: z.object({
    id: z.string(),
    status: z.string(),
    amount_in: z.string(),
    amount_in_asset: z.string(),
    stellar_account_id: z.string().optional(),
    stellar_memo: z.string().optional(),
    stellar_memo_type: z.string().optional(),
  }),
})

export interface Life {
  readonly paid: () => number
  /** What went wrong for them. */
  readonly failures: () => readonly string[]
  stop(): Promise<void>
}

const payEveryMs = 1_000
const signEveryMs = 50
const challengesMax = 10

/**
 * What honest clients do meanwhile: one of the fuzzer's transactions is paid now and then, so that all
 * states are there, and challenges are signed for the fuzzer to send.
 */
export function startLife(world: FuzzWorld, recent: Recent): Life {
  let paid = 0
  const failures: string[] = []
  let isStopped = false
  const note = (error: unknown) => void failures.push(String(error))
  const paying = (async () => {
    while (!isStopped) {
      if (await payOne(world, recent)) paid += 1
      await wait(payEveryMs)
    }
  })().catch(note)
  const signing = (async () => {
    while (!isStopped) {
      if (recent.challenges.length < challengesMax) await signOne(world, recent)
      else await wait(signEveryMs)
    }
  })().catch(note)
  return {
    paid: () => paid,
    failures: () => failures,
    stop: async () => {
      isStopped = true
      await Promise.all([paying, signing])
    },
  }
}

async function signOne({ clients, sandbox }: FuzzWorld, { challenges }: Recent): Promise<void> {
  const client = clients[Math.floor(Math.random() * clients.length)]
  if (client === undefined) return
  challenges.push(await signChallenge(sandbox, client.keypair, client.login))
}

async function payOne(world: FuzzWorld, recent: Recent): Promise<boolean> {
  const [owner, id] =
    recent.transactions[Math.floor(Math.random() * recent.transactions.length)] ?? []
  if (owner === undefined || id === undefined) return false
  const response = await fetch(`${world.urls.public}/sep31/transactions/${id}`, {
    headers: { authorization: `Bearer ${owner.token}` },
  })
  const read = answer.safeParse(await response.json())
  if (!read.success || read.data.transaction.status !== 'pending_sender') return false
  const { transaction } = read.data
  const { stellar_account_id = '', stellar_memo = '', stellar_memo_type = '' } = transaction
  const opened = { id, stellar_account_id, stellar_memo, stellar_memo_type }
  const code = transaction.amount_in_asset.split(':')[1] ?? ''
  await world.payer.pay(opened, code, transaction.amount_in)
  return true
}
