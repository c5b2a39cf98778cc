import type { Opened } from './sending-anchor.ts'
import { createSendingAnchor, discover } from './sending-anchor.ts'
import type { HeardEvent } from './partner.ts'
import { followTransactions, reasonOf } from './partner.ts'
import type { Timeline } from './timeline.ts'
import type { World } from './world.ts'

export interface DemoOptions {
  /** Lets the bank refuse the account number once, and corrects it. */
  readonly correctData: boolean
  readonly deadlineMs: number
}

const amount = '100'
const goodAccountNumber = '1234567890'
/** One of the sandbox bank's magic numbers: the bank refuses it by name. See docs/sandbox-bank.md. */
const refusedAccountNumber = '1000990004'

/** Sends one payment from login to delivery through public doors only, telling each step. */
export async function sendCrossBorderPayment(
  world: World,
  timeline: Timeline,
  options: DemoOptions,
): Promise<void> {
  const anchor = createSendingAnchor(world)
  const endpoints = await discover(world)
  timeline.did('stellar.toml read', endpoints.DIRECT_PAYMENT_SERVER)
  await anchor.logIn(endpoints)
  timeline.did('logged in (SEP-10)', shorten(anchor.account))

  const partner = followTransactions(`${world.publicUrl}/graphql`, anchor.token())
  const told = listen(partner.events, timeline)
  await partner.connected
  timeline.did('subscribed (GraphQL)', 'transactionEvents')

  const senderId = await anchor.putCustomer(endpoints, sender)
  timeline.did('sender registered (SEP-12)', senderId)
  const accountNumber = options.correctData ? refusedAccountNumber : goodAccountNumber
  const receiverId = await anchor.putCustomer(endpoints, receiver(accountNumber))
  timeline.did('receiver registered (SEP-12)', receiverId)

  const opened = await open(world, { senderId, receiverId })
  timeline.did('transaction opened (SEP-31)', opened.id)
  const hash = await anchor.pay(opened, amount)
  timeline.did('paid on Stellar', `${amount} ${assetCode(world)}, transaction ${shorten(hash)}`)

  const deadline = AbortSignal.timeout(options.deadlineMs)
  if (options.correctData) {
    await told.until('pending_customer_info_update', deadline)
    await correctReceiver(receiverId)
  }
  await told.until('completed', deadline)
  const final = await anchor.getTransaction(endpoints, opened.id)
  timeline.did('delivered', `${final.amount_in} in, ${final.amount_out ?? '?'} out`)
  timeline.did("bank's book", await readBook(world, opened.id))
  await partner.stop()

  async function open(
    { assets }: World,
    customers: { readonly senderId: string; readonly receiverId: string },
  ): Promise<Opened> {
    return await anchor.openTransaction(endpoints, {
      amount,
      asset_code: assets[0]?.code,
      funding_method: 'SEPA',
      sender_id: customers.senderId,
      receiver_id: customers.receiverId,
    })
  }

  async function correctReceiver(id: string): Promise<void> {
    const customer = await anchor.getCustomer(endpoints, { id, type: 'sep31-receiver' })
    const [wanted = 'nothing'] = Object.keys(customer.fields ?? {})
    const error = customer.provided_fields?.[wanted]?.error ?? ''
    timeline.did('asked what to correct (SEP-12)', `${wanted}: ${error}`)
    await anchor.putCustomer(endpoints, { id, [wanted]: goodAccountNumber })
    timeline.did('corrected (SEP-12)', wanted)
  }
}

/** Prints events as they come and lets the caller wait for a status. */
function listen(
  events: AsyncIterable<{ data?: { transactionEvents: HeardEvent } | null | undefined }>,
  timeline: Timeline,
) {
  const seen: string[] = []
  const waiting = new Set<() => void>()
  const listening = (async () => {
    for await (const { data } of events) {
      if (data == null) continue
      const { type, status, note } = data.transactionEvents
      timeline.heard(type, note === null ? status : `${status} (${note})`)
      seen.push(status)
      for (const wake of waiting) wake()
    }
  })()
  listening.catch((error: unknown) => timeline.note(`The subscription ended: ${reasonOf(error)}`))
  return {
    until: (status: string, deadline: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (!seen.includes(status)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        deadline.addEventListener('abort', () =>
          reject(new Error(`${status} did not come in time; seen: ${seen.join(', ')}`)),
        )
        look()
      }),
  }
}

async function readBook({ bankUrl }: World, transactionId: string): Promise<string> {
  const response = await fetch(`${bankUrl}/book?transaction_id=${transactionId}`)
  const { movements } = (await response.json()) as { movements: unknown[] } // the sandbox's own bank
  if (movements.length !== 1) {
    throw new Error(`The bank moved money ${movements.length} times, not once`)
  }
  return '1 movement for this transaction: paid out exactly once'
}

const sender = {
  type: 'sep31-sender',
  memo: '1',
  first_name: 'Ada',
  last_name: 'Okafor',
  email_address: 'ada@example.com',
} as const

const receiver = (accountNumber: string) => ({
  type: 'sep31-receiver',
  memo: '2',
  first_name: 'Bruno',
  last_name: 'Lima',
  email_address: 'bruno@example.com',
  bank_account_number: accountNumber,
  bank_number: '021000021',
})

const shorten = (name: string) => `${name.slice(0, 6)}…${name.slice(-6)}`
const assetCode = (world: World) => world.assets[0]?.code ?? ''
