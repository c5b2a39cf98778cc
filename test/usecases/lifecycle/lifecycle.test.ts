import '../../seed.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectSound, expectToldWhole } from './invariants.ts'
import { graceMs, lifecycleWorld } from './lifecycle-world.ts'
import {
  bankMoves,
  correctCustomer,
  correctTransaction,
  eraseCustomer,
  expire,
  newModel,
  notice,
  pay,
  payments,
  retry,
  send,
  settle,
  verdicts,
  wait,
} from './model.ts'
import type { Model } from './model.ts'
import { aRun, observe, ofOne } from './run.ts'
import type { Case, Happening, OfOne, Run } from './run.ts'

let world: Awaited<ReturnType<typeof lifecycleWorld>>
beforeAll(async () => {
  world = await lifecycleWorld()
})
afterAll(() => world.close())

const rules: Readonly<Record<OfOne, (model: Model) => Model>> = {
  settle,
  notice,
  'old notices': notice,
  'bank delivers': (model) => bankMoves(model, 'deliver'),
  'bank gives back': (model) => bankMoves(model, 'give back'),
  'correct transaction': correctTransaction,
  'correct customer': correctCustomer,
  'erase customer': eraseCustomer,
  retry,
}

/** What may become of a transaction; `isMeant`: the happening is about this one. */
function predict(model: Model, happening: Happening, isMeant: boolean): readonly Model[] {
  const now = world.clock.now.getTime()
  switch (happening.what) {
    case 'open':
    case 'relay':
      return [model]
    case 'wait':
    case 'pass an hour':
      return [wait(model)]
    case 'expire':
      return [expire(model, now, graceMs)]
    case 'pay':
      return [isMeant ? pay(model, happening.payment, now) : model]
    case 'send':
      return isMeant ? send(model, happening.verdict) : [model]
    default:
      return [isMeant ? rules[happening.what](model) : model]
  }
}

const rarelyEnds = ['refuse customer', 'refuse transaction', 'hold'] as const
const often = ofOne.filter((what) => what !== 'erase customer')

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ what: 'open' } as const) },
  { weight: 4, arbitrary: fc.constant({ what: 'wait' } as const) },
  { weight: 1, arbitrary: fc.constantFrom<Happening>({ what: 'expire' }, { what: 'relay' }) },
  { weight: 1, arbitrary: fc.constant({ what: 'pass an hour' } as const) },
  {
    weight: 5,
    arbitrary: fc
      .oneof(fc.constantFrom(...payments), fc.constant('exact' as const))
      .map((payment) => ({ what: 'pay', payment }) as const),
  },
  {
    weight: 10,
    arbitrary: fc
      .oneof(fc.constantFrom(...verdicts), fc.constantFrom(...rarelyEnds))
      .map((verdict) => ({ what: 'send', verdict }) as const),
  },
  { weight: 14, arbitrary: fc.constantFrom(...often).map((what) => ({ what })) },
  { weight: 1, arbitrary: fc.constant({ what: 'erase customer' } as const) },
)

interface Step {
  /** More than one: at the same moment. */
  readonly happenings: readonly Happening[]
  readonly place: number
}

const step: fc.Arbitrary<Step> = fc.record({
  happenings: fc.oneof(
    { weight: 4, arbitrary: fc.tuple(happening) },
    { weight: 1, arbitrary: fc.array(happening, { minLength: 2, maxLength: 4 }) },
  ),
  place: fc.nat({ max: 2 }),
})

type Models = Map<Case, Model>

/** One thing alone is foretold; of several at once only the whole is looked at. */
async function take(run: Run, models: Models, { happenings, place }: Step): Promise<void> {
  const one = run.cases[place % run.cases.length]
  if (one === undefined) throw new Error('There is no transaction')
  const [alone, ...others] = happenings
  const foretold = new Map(
    [...models].map(([each, model]) => [
      each,
      alone === undefined || others.length > 0 ? undefined : predict(model, alone, each === one),
    ]),
  )
  await Promise.all(happenings.map((each) => run.act(one, each)))
  for (const each of run.cases) {
    const seen = await observe(run, each, world.clock.now)
    const expected = foretold.get(each)
    if (expected !== undefined) expect(expected, JSON.stringify(alone)).toContainEqual(seen)
    models.set(each, seen)
  }
  await expectSound(run)
}

/** A bank that delivers, and people who do what they are asked. */
const honest: readonly Happening[] = [
  { what: 'wait' },
  { what: 'send', verdict: 'deliver' },
  { what: 'bank delivers' },
  { what: 'notice' },
  { what: 'correct customer' },
  { what: 'correct transaction' },
  { what: 'retry' },
]

/** Then what was funded is paid once, unless nobody knows any more to whom. */
async function expectHonestEnd(run: Run, models: Models, one: Case): Promise<void> {
  const place = run.cases.indexOf(one)
  for (let round = 0; round < 6 && !isAtRest(models.get(one)); round += 1) {
    for (const each of honest) await take(run, models, { happenings: [each], place })
  }
  expect(isAtRest(models.get(one)), JSON.stringify(models.get(one)?.payout)).toBe(true)
  const isPaid = models.get(one)?.payout?.state === 'delivered'
  const isBack = models.get(one)?.attempts.at(-1)?.bank === 'returned' // and nobody heard of it yet
  expect(run.rail.timesPaid(one.id)).toBe(isPaid && !isBack ? 1 : 0)
}

const isAtRest = (model: Model | undefined): boolean =>
  model?.payout === undefined || model.payout.state === 'delivered' || model.isErased

it('goes as the rules say, whatever happens, twice and at once (SEP31-49, SEP31-52, SEP31-76)', async () => {
  const steps = fc.array(step, { minLength: 10, maxLength: 36, size: 'max' })
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (all, isPaidFirst) => {
      const run = aRun(world)
      const models: Models = new Map()
      const first = await run.open()
      models.set(first, newModel(first.transaction.lapsesAt.getTime()))
      const begin: Step = { happenings: [{ what: 'pay', payment: 'exact' }], place: 0 }
      for (const one of isPaidFirst ? [begin, ...all] : all) await take(run, models, one)
      await expectHonestEnd(run, models, first)
      await run.act(first, { what: 'relay' })
      await expectToldWhole(world.url, run)
    }),
    { numRuns: Number(process.env['TEST_RUNS'] ?? '16'), endOnFailure: true },
  )
}, 300_000)
