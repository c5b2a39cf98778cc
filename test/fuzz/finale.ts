import pg from 'pg'
import { bothCustomers, logIn } from '../flows/anchor.ts'
import { movementsOf, readBook } from '../flows/outside.ts'
import type { FuzzWorld } from './world.ts'

/** After it all: whether a payment still goes through, and whether what is kept hangs together. */
export async function faultsOfWorld(world: FuzzWorld): Promise<readonly string[]> {
  return [...(await faultsOfPayment(world)), ...(await faultsOfRows(world))]
}

async function faultsOfPayment({ sandbox }: FuzzWorld): Promise<readonly string[]> {
  try {
    const anchor = await logIn({ url: sandbox.publicUrl, world: sandbox })
    const customers = await bothCustomers(anchor, '1000990001')
    const opened = await anchor.open({ amount: '100', asset_code: 'USDC', ...customers })
    await anchor.pay(opened, 'USDC', '100')
    await anchor.untilStatus(opened.id, 'completed', 120_000)
    const moved = (await movementsOf(sandbox, opened.id)).length
    const { paidTwice } = await readBook(sandbox)
    return [
      ...(moved === 1 ? [] : [`a payment afterwards was paid out ${moved} times`]),
      ...(paidTwice.length === 0 ? [] : [`paid out twice: ${JSON.stringify(paidTwice)}`]),
    ]
  } catch (error) {
    return [`a payment afterwards failed: ${String(error)}`]
  }
}

/** Each counts rows that must not be there. */
const laws: Readonly<Record<string, string>> = {
  'a transaction whose newest event led to another phase': `
    select count(*) from "transaction" t where t.phase is distinct from (
      select e.to_phase from transaction_event e where e.transaction_id = t.id
      order by e.version desc, e.recorded desc limit 1)`,
  'an event after the present version': `
    select count(*) from transaction_event e join "transaction" t on t.id = e.transaction_id
    where e.version > t.version`,
  'a hole in the numbers of the events': `
    select coalesce(max(sequence), 0) - count(sequence) from transaction_event`,
  'a funded transaction without its payment': `
    select count(*) from "transaction" t where stellar_payment_id is not null and not exists (
      select 1 from stellar_payment p
      where p.id = t.stellar_payment_id and p.transaction_id = t.id and p.match_state = 'matched')`,
  'a matched payment whose transaction does not know it': `
    select count(*) from stellar_payment p join "transaction" t on t.id = p.transaction_id
    where p.match_state = 'matched' and t.stellar_payment_id is distinct from p.id`,
  'a payment that was matched with another amount': `
    select count(*) from stellar_payment p join "transaction" t on t.id = p.transaction_id
    where p.match_state = 'matched' and t.amount_in_units <> p.units`,
  'a payout of a transaction without funds': `
    select count(*) from payout p join "transaction" t on t.id = p.transaction_id
    where t.stellar_payment_id is null`,
  'a completed transaction whose payout never arrived': `
    select count(*) from "transaction" t where phase = 'completed' and not exists (
      select 1 from payout_attempt a
      where a.transaction_id = t.id and a.state in ('delivered', 'returned'))`,
  'a verification of a field that is not there': `
    select count(*) from customer_verification v left join customer c on c.id = v.customer_id
    where c.id is null`,
}

async function faultsOfRows({ sandbox }: FuzzWorld): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: sandbox.databaseUrl })
  await client.connect()
  try {
    const faults: string[] = []
    for (const [what, query] of Object.entries(laws)) {
      const { rows } = await client.query<{ count: string }>(
        `select * from (${query}) as law (count)`,
      )
      const count = rows[0]?.count ?? '0'
      if (count !== '0') faults.push(`in the database: ${what} (${count})`)
    }
    return faults
  } finally {
    await client.end()
  }
}
