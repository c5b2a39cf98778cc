import { z } from 'zod'
import type { SandboxFile } from './fairlead.ts'

const summarySchema = z.looseObject({
  transactions_paid_more_than_once: z.array(z.unknown()),
})
const bookSchema = z.object({ movements: z.array(z.looseObject({ transaction_id: z.string() })) })

/** What the bank's own book says. */
export async function movementsOf({ bankUrl }: SandboxFile, transactionId: string) {
  const response = await fetch(`${bankUrl}/book?transaction_id=${transactionId}`)
  return bookSchema.parse(await response.json()).movements
}

/** How many movements the book has for each transaction, and whether any was paid twice. */
export async function readBook({ bankUrl }: SandboxFile) {
  const { movements } = bookSchema.parse(await (await fetch(`${bankUrl}/book`)).json())
  const summary = summarySchema.parse(await (await fetch(`${bankUrl}/book/summary`)).json())
  const counts = new Map<string, number>()
  for (const { transaction_id: id } of movements) counts.set(id, (counts.get(id) ?? 0) + 1)
  return { counts, paidTwice: summary.transactions_paid_more_than_once }
}

/** Sets how the bank misbehaves; docs/sandbox-bank.md. */
export async function setBank({ bankUrl }: SandboxFile, settings: object): Promise<void> {
  await post(`${bankUrl}/_sandbox/settings`, settings)
}

/** Does something to the sandbox's network; docs/sandbox.md. */
export const controlNetwork = ({ horizonUrl }: SandboxFile, verb: string, body: object = {}) =>
  post(`${horizonUrl}/_sandbox/${verb}`, body)

/** Asks the back office, as an operator. */
export async function askBackoffice(
  { internalUrl, backofficeToken }: SandboxFile,
  query: string,
  variables: object = {},
): Promise<unknown> {
  const answer = await post(
    `${internalUrl}/backoffice/graphql`,
    { query, variables },
    { authorization: `Bearer ${backofficeToken}` },
  )
  const { data, errors } = z
    .object({ data: z.unknown(), errors: z.array(z.unknown()).optional() })
    .parse(answer)
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data
}

async function post(url: string, body: object, headers: object = {}): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`POST ${url}: ${response.status} ${await response.text()}`)
  return response.json()
}

const faultsSchema = z.object({
  faults: z.array(z.looseObject({ id: z.string(), hits: z.array(z.unknown()) })),
})

/** Lets the sandbox's network misbehave until it is removed; docs/sandbox.md. */
export async function addNetworkFault(world: SandboxFile, order: object) {
  const given = await controlNetwork(world, 'faults', order)
  const { id } = z.looseObject({ id: z.string() }).parse(given)
  return {
    async isMet(): Promise<boolean> {
      const response = await fetch(`${world.horizonUrl}/_sandbox/faults`)
      const { faults } = faultsSchema.parse(await response.json())
      return faults.some((fault) => fault.id === id && fault.hits.length > 0)
    },
    remove: () => controlNetwork(world, 'remove_fault', { id }),
  }
}
