import type { Session } from './database.ts'
import type { AssetDayReport, ReportRecords } from '../../usecases/ports/report-records.ts'
import { sql } from './database.ts'

interface ReportRow {
  readonly day: string
  readonly asset_code: string
  readonly opened: bigint
  readonly funded: bigint
  readonly completed: bigint
  readonly failed: bigint
  readonly expired: bigint
  readonly amount_in_units: string | null
  readonly fee_units: string | null
  readonly median: number | null
  readonly p95: number | null
}

export const reportRecords = (session: Session): ReportRecords => ({
  async byAssetAndDay({ from, before }) {
    const rows = await sql<ReportRow>(
      session,
      `select to_char(started_at at time zone 'UTC', 'YYYY-MM-DD') as day, asset_code,
         count(*) as opened,
         count(*) filter (where stellar_payment_id is not null) as funded,
         count(*) filter (where phase = 'completed') as completed,
         count(*) filter (where phase = 'failed') as failed,
         count(*) filter (where phase = 'expired') as expired,
         (sum(amount_in_units) filter (where stellar_payment_id is not null))::text as amount_in_units,
         (sum(fee_units) filter (where stellar_payment_id is not null))::text as fee_units,
         (percentile_cont(0.5) within group (order by extract(epoch from completed_at - funds_received_at))
           filter (where phase = 'completed'))::float8 as median,
         (percentile_cont(0.95) within group (order by extract(epoch from completed_at - funds_received_at))
           filter (where phase = 'completed'))::float8 as p95
       from "transaction"
       where started_at >= $1 and started_at < $2
       group by 1, 2 order by 1 desc, 2`,
      [from, before],
    )
    return rows.map(toReport)
  },
})

const toReport = (row: ReportRow): AssetDayReport => ({
  day: row.day,
  assetCode: row.asset_code,
  opened: Number(row.opened),
  funded: Number(row.funded),
  completed: Number(row.completed),
  failed: Number(row.failed),
  expired: Number(row.expired),
  amountInUnits: BigInt(row.amount_in_units ?? '0'),
  feeUnits: BigInt(row.fee_units ?? '0'),
  ...(row.median !== null && { medianSecondsToPayout: row.median }),
  ...(row.p95 !== null && { p95SecondsToPayout: row.p95 }),
})
