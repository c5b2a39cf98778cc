/** Figures of one asset on one day (UTC), by the day on which the transactions were opened. */
export interface AssetDayReport {
  /** `2026-11-21` */
  readonly day: string
  readonly assetCode: string
  readonly opened: number
  readonly funded: number
  readonly completed: number
  readonly failed: number
  readonly expired: number
  /** Units of the asset received in funded transactions. */
  readonly amountInUnits: bigint
  readonly feeUnits: bigint
  /** From funds received to delivery, of completed ones; absent when there are none. */
  readonly medianSecondsToPayout?: number
  readonly p95SecondsToPayout?: number
}

export interface ReportRecords {
  byAssetAndDay(query: {
    readonly from: Date
    readonly before: Date
  }): Promise<readonly AssetDayReport[]>
}
