import type { Session } from './database.ts'
import type { CustomerRecords } from '../../usecases/ports/customer-records.ts'
import { rowsById, sql } from './database.ts'
import { prepared } from './prepared.ts'
import { customerColumns, keyValues, toCustomer, valuesOfCustomer } from './rows/customer-row.ts'
import type { CustomerRow } from './rows/customer-row.ts'
import type { Sealer } from './sealer.ts'
import { isUuid } from './uuid.ts'

/** Another commit saved the customer since it was loaded without a lock. */
export class CustomerChangedMeanwhile extends Error {
  override readonly name = 'CustomerChangedMeanwhile'
}

const selectWhere = (condition: string): string =>
  `select ${customerColumns} from customer where ${condition}`
const byKey = 'owner_account = $1 and memo_type = $2 and memo_value = $3'

const selectMany = prepared(selectWhere('id = any ($1::uuid[])'))
const selectLocked = prepared(selectWhere('id = $1 for update'))
const selectByKey = prepared(selectWhere(byKey))
const selectLockedByKey = prepared(selectWhere(`${byKey} for update`))

const insertCustomer = `
  insert into customer (${customerColumns})
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
  on conflict (owner_account, memo_type, memo_value) do nothing returning id`

/** Plain SQL: customers are read when a transaction is opened, which is a hot path. */
export function customerRecords(session: Session, sealer: Sealer): CustomerRecords {
  const load = async (statement: string, values: readonly unknown[]) => {
    const rows = await sql<CustomerRow>(session, statement, values)
    return rows.map((row) => toCustomer(row, sealer))
  }
  const loadOne = async (statement: string, values: readonly unknown[]) =>
    (await load(statement, values))[0]
  const loadMany = async (ids: readonly string[]) =>
    (await rowsById<CustomerRow>(session, selectMany, ids)).map((row) => toCustomer(row, sealer))

  return {
    find: async (id) => (await loadMany([id]))[0],
    findMany: loadMany,
    lock: async (id) => (isUuid(id) ? loadOne(selectLocked, [id]) : undefined),
    byKey: (key) => loadOne(selectByKey, keyValues(key)),
    lockByKey: (key) => loadOne(selectLockedByKey, keyValues(key)),

    async add(customer) {
      // more than once only when the row in the way is deleted between the two statements
      for (let tries = 0; tries < 3; tries += 1) {
        const added = await sql(session, insertCustomer, valuesOfCustomer(customer, sealer))
        if (added.length === 1) return { id: customer.id, added: true }
        const known = await loadOne(selectByKey, keyValues(customer.key))
        if (known !== undefined) return { id: known.id, added: false }
      }
      throw new CustomerChangedMeanwhile('The customer is being deleted again and again')
    },

    async save(customer) {
      const saved = await sql(
        session,
        `update customer set (${customerColumns}) = row($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         where id = $1 and version = $9 - 1 returning id`,
        valuesOfCustomer(customer, sealer),
      )
      if (saved.length !== 1) {
        throw new CustomerChangedMeanwhile(`Another commit changed the customer ${customer.id}`)
      }
    },

    async remove(id) {
      await sql(session, 'delete from customer where id = $1', [id])
    },
  }
}
