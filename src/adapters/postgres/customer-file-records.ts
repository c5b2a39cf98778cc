import type { Session } from './database.ts'
import type { CustomerFileRecords } from '../../usecases/ports/customer-file-records.ts'
import { sql } from './database.ts'
import { fileColumns, ownerValues, toFile, valuesOfFile } from './rows/customer-file-row.ts'
import type { CustomerFileRow } from './rows/customer-file-row.ts'
import type { Sealer } from './sealer.ts'
import { isUuid } from './uuid.ts'

const ofOwner = 'owner_account = $1 and owner_memo = $2'

/** Files of customers; bytes and fingerprints are sealed, the metadata is not. */
export function customerFileRecords(session: Session, sealer: Sealer): CustomerFileRecords {
  const load = async (condition: string, values: readonly unknown[]) => {
    const rows = await sql<CustomerFileRow>(
      session,
      `select ${fileColumns} from customer_file where ${condition}`,
      values,
    )
    return rows.map((row) => toFile(row, sealer))
  }

  return {
    async add(file, bytes) {
      await sql(
        session,
        `insert into customer_file (${fileColumns}, content_sealed)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [...valuesOfFile(file, sealer), sealer.seal(bytes, contentPlace(file.id))],
      )
    },

    async lockOwn(owner, id, now) {
      if (!isUuid(id)) return undefined
      const condition = `${ofOwner} and id = $3 and (expires_at is null or expires_at > $4) for update`
      return (await load(condition, [...ownerValues(owner), id, now]))[0]
    },

    async attach(id, customerId) {
      await sql(
        session,
        'update customer_file set customer_id = $2, expires_at = null where id = $1',
        [id, customerId],
      )
    },

    async list(owner, by, now) {
      const [column, id] = 'id' in by ? ['id', by.id] : ['customer_id', by.customerId]
      if (!isUuid(id)) return []
      return load(
        `${ofOwner} and ${column} = $3 and (expires_at is null or expires_at > $4)
         order by created_at, id limit 100`,
        [...ownerValues(owner), id, now],
      )
    },

    async bytesOf(id) {
      if (!isUuid(id)) return undefined
      const [row] = await sql<{ readonly content_sealed: Buffer }>(
        session,
        'select content_sealed from customer_file where id = $1',
        [id],
      )
      return row && sealer.open(row.content_sealed, contentPlace(id))
    },

    ...removals(session),
  }
}

const removals = (
  session: Session,
): Pick<CustomerFileRecords, 'remove' | 'removeLoose' | 'removeLapsed'> => ({
  async remove(ids) {
    await sql(session, 'delete from customer_file where id = any ($1::uuid[])', [ids])
  },

  async removeLoose(owner) {
    await sql(session, `delete from customer_file where ${ofOwner} and customer_id is null`, [
      ...ownerValues(owner),
    ])
  },

  async removeLapsed(now) {
    const removed = await sql(
      session,
      'delete from customer_file where expires_at <= $1 and customer_id is null returning id',
      [now],
    )
    return removed.length
  },
})

const contentPlace = (id: string): string => `customer_file:${id}`
