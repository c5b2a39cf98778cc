import type { Records } from '../ports/commit.ts'

/** Names of all fields of the customer that payouts wait for. */
export async function fieldsWantedOf(
  { transactions }: Pick<Records, 'transactions'>,
  customerId: string,
): Promise<ReadonlySet<string>> {
  const waiting = await transactions.findMany(await transactions.waitingForCustomer(customerId))
  return new Set(
    waiting.flatMap(({ wantedCustomerFields: wanted }) => wanted.map(({ name }) => name)),
  )
}
