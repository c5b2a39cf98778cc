import type { ClientBase, Connection, FieldDef, Submittable } from 'pg'
import { onWire } from './on-wire.ts'
import { parserOf } from './pool.ts'

export interface PreparedStatement {
  readonly name: string
  readonly text: string
  readonly values: readonly unknown[]
}

/** How the rows of a statement are read. */
interface Shape {
  readonly columns: readonly Column[]
  /** A row with nothing in it: copied, it is quicker than one that is built up. */
  readonly blank: Readonly<Record<string, unknown>>
}

interface Column {
  readonly name: string
  readonly parse: (text: string) => unknown
}

/** By connection, as PostgreSQL refuses a prepared statement there whose rows would change their shape. */
const shapesOf = new WeakMap<Connection, Map<string, Shape>>()

/**
 * Runs a prepared statement. The driver's own way asks PostgreSQL at each run what the rows look like, and
 * reads the answer: for a row of forty columns that costs both sides more than the row itself. Here it is
 * asked once per connection.
 */
export function runPrepared(
  client: ClientBase,
  statement: PreparedStatement,
): Promise<readonly object[]> {
  return new Promise((resolve, reject) => {
    client.query(
      preparedQuery(statement, (error, rows) => {
        if (error === null) resolve(rows)
        else reject(error) // of PostgreSQL, the driver or the connection
      }),
    )
  })
}

type Settle = (error: Error | null, rows: readonly object[]) => void

/** What the driver calls while a query runs; `pg/lib/client.js` is its only caller. */
interface DriverQuery extends Submittable {
  /** Called once, at the end. The driver puts one of its own before it, which ends its watch over the time. */
  callback: Settle
  /** The driver notes under this name what was parsed on a connection. */
  readonly name: string
  readonly text: string
  handleRowDescription(message: { readonly fields: readonly FieldDef[] }): void
  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void
  handleCommandComplete(): void
  handleEmptyQuery(): void
  handlePortalSuspended(): void
  handleError(error: Error): void
  handleReadyForQuery(): void
}

/** What the driver keeps of a connection besides what its types tell. */
interface Parsed {
  readonly parsedStatements: Readonly<Record<string, string | undefined>>
}

function preparedQuery({ name, text, values }: PreparedStatement, callback: Settle): DriverQuery {
  const rows: object[] = []
  let shapes: Map<string, Shape> | undefined
  let shape: Shape | undefined
  let failure: Error | undefined
  const nothing = () => undefined
  const query: DriverQuery = {
    callback,
    name,
    text,
    submit(connection) {
      shapes = knownShapes(connection)
      shape = shapes.get(name)
      submit(connection, { name, text, values, isKnown: shape !== undefined })
    },
    handleRowDescription({ fields }) {
      shape = shapeOf(fields)
      shapes?.set(name, shape)
    },
    handleDataRow({ fields }) {
      if (failure !== undefined) return
      try {
        rows.push(readRow(fields, shape))
      } catch (error) {
        failure = error instanceof Error ? error : new Error('A row cannot be read')
      }
    },
    handleCommandComplete: () => {
      if (shape === undefined) shapes?.set(name, noRows)
    },
    handleEmptyQuery: nothing,
    handlePortalSuspended: nothing,
    handleError: (error) => query.callback(failure ?? error, []),
    handleReadyForQuery: () => query.callback(failure ?? null, rows),
  }
  return query
}

function knownShapes(connection: Connection): Map<string, Shape> {
  const known = shapesOf.get(connection)
  if (known !== undefined) return known
  const shapes = new Map<string, Shape>()
  shapesOf.set(connection, shapes)
  return shapes
}

/** All messages in one write. */
function submit(
  connection: Connection & Partial<Parsed>,
  { name, text, values, isKnown }: PreparedStatement & { readonly isKnown: boolean },
): void {
  connection.stream.cork()
  try {
    if (connection.parsedStatements?.[name] === undefined) {
      connection.parse({ name, text, types: [] }, true)
    }
    connection.bind({ statement: name, values: values.map(onWire) }, true)
    if (!isKnown) connection.describe({ type: 'P', name: '' }, true)
    connection.execute({ portal: '' }, true)
    connection.sync()
  } finally {
    connection.stream.uncork()
  }
}

const noRows: Shape = { columns: [], blank: {} }

const shapeOf = (fields: readonly FieldDef[]): Shape => ({
  columns: fields.map(({ name, dataTypeID }) => ({ name, parse: parserOf(dataTypeID, 'text') })),
  blank: Object.fromEntries(fields.map(({ name }) => [name, null])),
})

function readRow(texts: readonly (string | null)[], shape: Shape | undefined): object {
  if (shape === undefined) throw new Error('A row came before it was known what rows look like')
  const row = { ...shape.blank }
  for (const [place, { name, parse }] of shape.columns.entries()) {
    const text = texts[place]
    if (text !== null && text !== undefined) row[name] = parse(text)
  }
  return row
}
