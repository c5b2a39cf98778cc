import { Pool, types } from 'pg'

export interface PoolOptions {
  readonly url: string
  /** Connections this process may hold at once. */
  readonly poolSize: number
  /** Told the pool, for measurements. */
  readonly onPool?: (pool: Pool) => void
}

/** Connects at the first query. */
export function openPool({ url, poolSize, onPool }: PoolOptions): Pool {
  const pool = new Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: 'fairlead',
    types: { getTypeParser: parserOf },
  })
  onPool?.(pool)
  // Without a listener a lost connection would end the process; the query in flight rejects by itself.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

const timestamptz = 1184
const int8 = 20

/** Money and sequences are bigint in the domain, moments are Dates; never a float or a bare string. */
function parserOf(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === int8) return BigInt
  if (oid === timestamptz) return (text) => new Date(text)
  return types.getTypeParser(oid, format as 'text') as (text: string) => unknown
}
