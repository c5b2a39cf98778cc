import { costOf } from '../cost.ts'
import { expectStatus } from '../client.ts'
import { fill, idOf } from '../fill.ts'
import { interleave, median, rateOf, ratios } from '../measure.ts'
import type { Figures } from '../measure.ts'
import type { BenchOptions, Line } from '../row.ts'
import type { BenchWorld } from '../world.ts'
import { collectInto } from './collect.ts'
import type { Desk } from './open.ts'
import { lanes, openDesk } from './open.ts'

const sizeOfSmall = 10_000
const payments = 2_000
const most = 1.2

interface Grown {
  readonly databaseUrl: string
  readonly desk: Desk
  readonly size: number
  readonly sampleId: string
}

type Call = (grown: Grown, lane: number) => Promise<unknown>

/** The same calls with few and with very many transactions: nothing may get slower with time. */
export async function growth(world: BenchWorld, options: BenchOptions): Promise<readonly Line[]> {
  const small = await grow(world, 'small', Math.min(sizeOfSmall, options.size / 2))
  const large = await grow(world, 'large', options.size)
  const lines: Line[] = []
  for (const [row, call] of Object.entries(calls)) {
    lines.push(await compare({ row, call, small, large, world, options }))
  }
  lines.push(await compareCollecting(world, { small, large, options }))
  await small.desk.close()
  await large.desk.close()
  return lines
}

/** A database with so many transactions of sixteen clients, long completed. */
async function grow(world: BenchWorld, name: string, size: number): Promise<Grown> {
  const databaseUrl = await world.database(`growth_${name}`)
  const desk = await openDesk(world, databaseUrl)
  const sampleId = await desk.open(0)
  const owners = desk.seats.map(({ parties }) => parties.account)
  await fill(world, { databaseUrl, sampleId, first: 1, count: size, state: 'completed', owners })
  return { databaseUrl, desk, size, sampleId }
}

const calls: Readonly<Record<string, Call>> = {
  'SEP-31 POST transactions': ({ desk }, lane) => desk.open(lane),
  'SEP-31 GET transaction, any': (grown, lane) =>
    get(grown, lane, `/sep31/transactions/${idOf(anyMemo(grown, lane))}`),
  'GraphQL, the newest 20': (grown, lane) => list(grown, lane, 'first: 20'),
  'GraphQL, 20 completed ones': (grown, lane) =>
    list(grown, lane, 'first: 20, filter: { status: [completed] }'),
  'GraphQL, the oldest 20': (grown, lane) => list(grown, lane, 'last: 20'),
  'GraphQL, by Stellar hash': (grown, lane) =>
    list(
      grown,
      lane,
      `first: 1, filter: { stellarTransactionHash: "${hashOf(anyMemo(grown, lane))}" }`,
    ),
}

/** As `fill` gives them. */
const hashOf = (memo: number): string => memo.toString(16).padStart(64, '0')

/** A transaction of the client of this lane: owners take turns. */
function anyMemo({ size }: Grown, lane: number): number {
  const turns = Math.floor((size - lane) / lanes)
  const memo = Math.floor(Math.random() * turns) * lanes + lane
  return memo === 0 ? lanes : memo
}

async function get({ desk }: Grown, lane: number, path: string): Promise<void> {
  const seat = desk.seats[lane]
  if (seat === undefined) throw new Error(`There is no lane ${lane}`)
  await expectStatus(seat.connection, 200, { method: 'GET', path, token: seat.parties.token })
}

async function list({ desk }: Grown, lane: number, wanted: string): Promise<void> {
  const seat = desk.seats[lane]
  if (seat === undefined) throw new Error(`There is no lane ${lane}`)
  const query = `{ transactions(${wanted}) { nodes { id status startedAt } } }`
  const { body } = await expectStatus(seat.connection, 200, {
    method: 'POST',
    path: '/graphql',
    token: seat.parties.token,
    json: JSON.stringify({ query }),
  })
  if (!body.includes('"id"')) throw new Error(`The list ${wanted} is empty: ${body}`)
}

interface Comparison {
  readonly row: string
  readonly call: Call
  readonly small: Grown
  readonly large: Grown
  readonly world: BenchWorld
  readonly options: BenchOptions
}

async function compare(comparison: Comparison): Promise<Line> {
  const { row, call, small, large, world, options } = comparison
  const rate = (grown: Grown) => () =>
    rateOf((lane) => call(grown, lane), { lanes, ms: options.ms })
  await rate(small)()
  await rate(large)()
  const cost = {
    small: costOf(world, small.desk.gateway),
    large: costOf(world, large.desk.gateway),
  }
  const figures = await interleave(
    {
      small: () => cost.small.during(rate(small)),
      large: () => cost.large.during(rate(large)),
    },
    options.rounds,
  )
  const told = `${cost.large.told()}; at ${small.size}: ${cost.small.told()}`
  return { ...lineOf(row, { ...figures, size: large.size, sizeOfSmall: small.size }), cost: told }
}

/** Payments of new transactions, collected in turn in both databases. */
async function compareCollecting(
  world: BenchWorld,
  { small, large, options }: Pick<Comparison, 'small' | 'large' | 'options'>,
): Promise<Line> {
  const few = Math.min(payments, options.size)
  let round = 0
  const collecting = (grown: Grown) => () => {
    const [first, before] = [10 * options.size + round * few, round * few]
    const { databaseUrl, sampleId } = grown
    return collectInto(world, { databaseUrl, sampleId, count: few, first, before })
  }
  const figures = await interleave(
    {
      small: collecting(small),
      large: async () => {
        const rate = await collecting(large)()
        round += 1
        return rate
      },
    },
    Math.min(options.rounds, 5),
  )
  return lineOf('Collect and match', { ...figures, size: large.size, sizeOfSmall: small.size })
}

interface Sizes {
  readonly small: Figures
  readonly large: Figures
  readonly size: number
  readonly sizeOfSmall: number
}

const lineOf = (row: string, { small, large, size, sizeOfSmall: few }: Sizes): Line => ({
  row: `${row}, at ${size} transactions`,
  unit: '1/s',
  figures: large,
  bare: {
    what: `at ${few}, ${median(small).toFixed(0)}/s`,
    figures: small,
    ratios: ratios(small, large),
  },
  target: { kind: 'ratioMost', most },
})
