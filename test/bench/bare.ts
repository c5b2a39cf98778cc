import { randomUUID } from 'node:crypto'
import { Client } from 'pg'

/** Bare SQL on connections of its own: what Fairlead is compared with. */
export interface Bare {
  /** Inserts the rows of one opened transaction in one commit. */
  insert(lane: number): Promise<void>
  /** Reads one transaction by its id. */
  find(lane: number, id: string): Promise<void>
  close(): Promise<void>
}

interface Sample {
  readonly transaction: Readonly<Record<string, unknown>>
  readonly event: Readonly<Record<string, unknown>>
}

/** Copies a transaction that Fairlead has opened, so that the rows are as wide as they really are. */
export async function openBare(databaseUrl: string, lanes: number): Promise<Bare> {
  const clients = await Promise.all(
    Array.from({ length: lanes }, async () => {
      const client = new Client({ connectionString: databaseUrl })
      await client.connect()
      return client
    }),
  )
  const clientOf = (lane: number): Client => {
    const client = clients[lane]
    if (client === undefined) throw new Error(`There is no lane ${lane}`)
    return client
  }
  const sample = await readSample(clientOf(0))
  const statement = insertStatement(sample)
  let memo = 0
  return {
    async insert(lane) {
      const id = randomUUID()
      memo += 1
      const changed = { id, memo_value: `bare ${memo}`, memo_type: 'text' }
      const transaction = { ...sample.transaction, ...changed }
      const event = { ...sample.event, id: randomUUID(), transaction_id: id, sequence: null }
      await clientOf(lane).query({
        name: 'insert',
        text: statement,
        values: [...Object.values(transaction), ...Object.values(event)],
      })
    },
    async find(lane, id) {
      const { rowCount } = await clientOf(lane).query({
        name: 'find',
        text: 'select * from "transaction" where id = $1',
        values: [id],
      })
      if (rowCount !== 1) throw new Error(`There is no transaction ${id}`)
    },
    async close() {
      await Promise.all(clients.map((client) => client.end()))
    },
  }
}

async function readSample(client: Client): Promise<Sample> {
  const transactions = await client.query<Sample['transaction']>(
    `select * from "transaction" where phase = 'awaitingFunds' order by started_at desc limit 1`,
  )
  const [transaction] = transactions.rows
  const events = await client.query<Sample['event']>(
    'select * from transaction_event where transaction_id = $1 limit 1',
    [transaction?.['id']],
  )
  const [event] = events.rows
  if (transaction === undefined || event === undefined) throw new Error('Open a transaction first')
  const { recorded: _, ...insertable } = event
  return { transaction: inJson(transaction), event: inJson(insertable) }
}

/** Objects as text, or the driver takes lists for arrays of PostgreSQL. */
const inJson = (row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      isPlain(value) ? JSON.stringify(value) : value,
    ]),
  )

const isPlain = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof Date) &&
  !(value instanceof Uint8Array)

function insertStatement({ transaction, event }: Sample): string {
  const columns = Object.keys(transaction)
  const eventColumns = Object.keys(event)
  const places = columns.map((_, place) => `$${place + 1}`)
  const eventPlaces = eventColumns.map((_, place) => `$${columns.length + place + 1}`)
  return `with added as (
      insert into "transaction" (${columns.join(', ')}) values (${places.join(', ')})
    )
    insert into transaction_event (${eventColumns.join(', ')}) values (${eventPlaces.join(', ')})`
}
