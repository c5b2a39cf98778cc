import type { PayoutFieldOwner, PayoutOrder } from './payout-order.ts'
import { bookInMemory, openBookFile } from './book-file.ts'
import type { BookFile } from './book-file.ts'

export interface RejectedField {
  readonly name: string
  readonly owner: PayoutFieldOwner
  readonly message: string
}

/** Where a payout stands, and what the bank has set itself to do next. */
export type Standing =
  | { readonly state: 'pending'; readonly due?: { readonly at: string; readonly next: Standing } }
  | { readonly state: 'delivered'; readonly due?: { readonly at: string; readonly next: Standing } }
  | {
      readonly state: 'rejected'
      readonly reason: string
      readonly message: string
      readonly fields: readonly RejectedField[]
    }
  | { readonly state: 'returned'; readonly reason: string }

export interface Payout {
  readonly id: string
  readonly idempotencyKey: string
  readonly orderDigest: string
  readonly transactionId: string
  readonly currency: string
  readonly units: bigint
  readonly method: string
  readonly reference: string
  readonly account: string | undefined
  readonly standing: Standing
  readonly history: readonly { readonly state: Standing['state']; readonly at: string }[]
}

/** Money that moved. A pending or rejected payout has none, a delivered one has one, a returned one two. */
export interface Movement {
  readonly kind: 'delivery' | 'return'
  readonly at: string
  readonly payout: Payout
}

interface OrderedLine {
  readonly type: 'ordered'
  readonly at: string
  readonly id: string
  readonly idempotencyKey: string
  readonly orderDigest: string
  readonly transactionId: string
  readonly currency: string
  readonly units: string
  readonly method: string
  readonly reference: string
  readonly account: string | null
  readonly standing: Standing
}
interface ChangedLine {
  readonly type: 'changed'
  readonly at: string
  readonly id: string
  readonly standing: Standing
}
type BookLine = OrderedLine | ChangedLine

export interface NewPayout {
  readonly id: string
  readonly idempotencyKey: string
  readonly order: PayoutOrder
  readonly account: string | undefined
  readonly standing: Standing
  readonly at: Date
}

/** The bank's book: append-only, and the judge of what was paid. Reading is at once; `flushed` tells when it is safe to say so. */
export interface Book {
  payouts(): readonly Payout[]
  movements(): readonly Movement[]
  byKey(idempotencyKey: string): Payout | undefined
  byId(id: string): Payout | undefined
  /** Both resolve when the line is on the disk; reading sees the change before that. */
  enter(payout: NewPayout): Promise<Payout>
  change(id: string, to: { readonly standing: Standing; readonly at: Date }): Promise<Payout>
  flushed(): Promise<void>
  clear(): Promise<void>
  close(): Promise<void>
}

/** Opens the book at `path` with all it had, or one that is kept in memory only. */
export async function openBook(path: string | undefined): Promise<Book> {
  if (path === undefined) return bookOn(bookInMemory(), [])
  const { file, lines } = await openBookFile(path)
  try {
    return bookOn(
      file,
      lines.map((line, index) => readLine(line, `${path}:${index + 1}`)),
    )
  } catch (error) {
    await file.close()
    throw error
  }
}

function readLine(line: string, place: string): BookLine {
  try {
    return JSON.parse(line) as BookLine // written by `bookOn`, and by nobody else
  } catch (cause) {
    throw new Error(`The bank's book is damaged at ${place}`, { cause })
  }
}

function bookOn(file: BookFile, lines: readonly BookLine[]): Book {
  const payouts = new Map<string, Payout>()
  const idsByKey = new Map<string, string>()
  let movements: Movement[] = []

  const byId = (id: string): Payout | undefined => payouts.get(id)
  const post = (line: BookLine): Payout => {
    const before = payouts.get(line.id)
    const after = line.type === 'ordered' ? opened(line) : changed(existing(before, line.id), line)
    payouts.set(after.id, after)
    idsByKey.set(after.idempotencyKey, after.id)
    const kind = movementBetween(before?.standing.state, after.standing.state)
    if (kind !== undefined) movements.push({ kind, at: line.at, payout: after })
    return after
  }
  const keep = async (line: BookLine): Promise<Payout> => {
    const payout = post(line)
    await file.append(JSON.stringify(line))
    return payout
  }
  for (const line of lines) post(line)

  return {
    byId,
    payouts: () => [...payouts.values()],
    movements: () => movements,
    byKey: (key) => byId(idsByKey.get(key) ?? ''),
    enter: (payout) => keep(orderedLine(payout)),
    change: (id, { standing, at }) => keep({ type: 'changed', at: at.toISOString(), id, standing }),
    flushed: () => file.flushed(),
    clear: async () => {
      payouts.clear()
      idsByKey.clear()
      movements = []
      await file.clear()
    },
    close: () => file.close(),
  }
}

function orderedLine({ id, idempotencyKey, order, account, standing, at }: NewPayout): OrderedLine {
  const { digest, transactionId, currency, units, method, reference } = order
  return {
    type: 'ordered',
    at: at.toISOString(),
    id,
    idempotencyKey,
    orderDigest: digest,
    transactionId,
    currency,
    units: units.toString(),
    method,
    reference,
    account: account ?? null,
    standing,
  }
}

function opened({ type: _type, at, units, account, ...line }: OrderedLine): Payout {
  const history = [{ state: line.standing.state, at }]
  return { ...line, units: BigInt(units), account: account ?? undefined, history }
}

function changed(payout: Payout, { standing, at }: ChangedLine): Payout {
  return { ...payout, standing, history: [...payout.history, { state: standing.state, at }] }
}

function existing(payout: Payout | undefined, id: string): Payout {
  if (payout === undefined) throw new Error(`The bank's book changes a payout it never had: ${id}`)
  return payout
}

function movementBetween(
  before: Standing['state'] | undefined,
  after: Standing['state'],
): Movement['kind'] | undefined {
  if (after === 'delivered' && before !== 'delivered') return 'delivery'
  if (after === 'returned' && before === 'delivered') return 'return'
  return undefined
}
