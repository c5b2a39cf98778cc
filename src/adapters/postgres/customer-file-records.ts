import { LockMode } from '@mikro-orm/core'
import type { CustomerFileRecords, FileOwner } from '../../usecases/ports/customer-file-records.ts'
import type { Session } from './database.ts'
import { sql } from './database.ts'
import { entities } from './entities.ts'
import { CustomerFileRow, fileColumns, toFile, valuesOfFile } from './rows/customer-file-row.ts'
import type { Sealer } from './sealer.ts'
import { isUuid } from './uuid.ts'

const filesMax = 100

/**
 * Files of customers by the ORM; bytes and fingerprints are sealed, the metadata is not. The bytes go by bound
 * values in plain SQL: the ORM writes values into the text of a statement, and these may be ten megabytes.
 */
export function customerFileRecords(session: Session, sealer: Sealer): CustomerFileRecords {
  return {
    async add(file, bytes) {
      await sql(
        session,
        `insert into customer_file (${fileColumns}, content_sealed)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [...valuesOfFile(file, sealer), sealer.seal(bytes, contentPlace(file.id))],
      )
    },

    async looseBytes(account, now) {
      await sql(session, `select pg_advisory_xact_lock(hashtextextended('loose ' || $1, 0))`, [
        account,
      ])
      const [row] = await sql<{ readonly bytes: string | null }>(
        session,
        `select sum(size)::text as bytes from customer_file
         where owner_account = $1 and customer_id is null and expires_at > $2`,
        [account, now],
      )
      return BigInt(row?.bytes ?? 0)
    },

    async lockOwn(owner, id, now) {
      if (!isUuid(id)) return undefined
      const em = await entities(session)
      const row = await em.findOne(
        CustomerFileRow,
        { id, ...ofOwner(owner), ...stillThere(now) },
        { lockMode: LockMode.PESSIMISTIC_WRITE },
      )
      return row === null ? undefined : toFile(row, sealer)
    },

    async attach(id, customerId) {
      const em = await entities(session)
      await em.nativeUpdate(CustomerFileRow, { id }, { customerId, expiresAt: null })
    },

    async list(owner, by, now) {
      const named = 'id' in by ? { id: by.id } : { customerId: by.customerId }
      if (!Object.values(named).every(isUuid)) return []
      const em = await entities(session)
      const rows = await em.find(
        CustomerFileRow,
        { ...ofOwner(owner), ...named, ...stillThere(now) },
        { orderBy: { createdAt: 'asc', id: 'asc' }, limit: filesMax },
      )
      return rows.map((row) => toFile(row, sealer))
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
    const em = await entities(session)
    await em.nativeDelete(CustomerFileRow, { id: { $in: [...ids] } })
  },

  async removeLoose(owner) {
    const em = await entities(session)
    await em.nativeDelete(CustomerFileRow, { ...ofOwner(owner), customerId: null })
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

const ofOwner = ({ account, memo = '' }: FileOwner) => ({ ownerAccount: account, ownerMemo: memo })

const stillThere = (now: Date) => ({ $or: [{ expiresAt: null }, { expiresAt: { $gt: now } }] })

const contentPlace = (id: string): string => `customer_file:${id}`
