import '../../seed.ts'
import { isDeepStrictEqual } from 'node:util'
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
import type { Model, Verdict } from './model.ts'
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

/** What may become of the transaction that a happening is about. */
function predict(model: Model, happening: Happening): readonly Model[] {
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
      return [pay(model, happening.payment, now)]
    case 'send':
      return send(model, happening.verdict)
    case 'one':
      return [rules[happening.of](model)]
  }
}

const isOfOne = ({ what }: Happening): boolean =>
  what === 'pay' || what === 'send' || what === 'one'

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
  { weight: 14, arbitrary: fc.constantFrom(...often).map((of) => ({ what: 'one', of }) as const) },
  { weight: 1, arbitrary: fc.constant({ what: 'one', of: 'erase customer' } as const) },
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

interface Surprise {
  readonly happening: Happening | undefined
  readonly expected: readonly Model[]
  readonly seen: Model
}

/** One thing alone is foretold; of several at once only the whole is looked at. */
async function take(
  run: Run,
  models: Models,
  { happenings, place }: Step,
): Promise<readonly Surprise[]> {
  const one = run.cases[place % run.cases.length]
  if (one === undefined) throw new Error('There is no transaction')
  const [happening, ...others] = happenings
  const foretell = (each: Case, model: Model) =>
    happening === undefined || (isOfOne(happening) && each !== one)
      ? [model]
      : predict(model, happening)
  const foretold = new Map(
    others.length > 0 ? [] : [...models].map(([each, model]) => [each, foretell(each, model)]),
  )
  await Promise.all(happenings.map((each) => run.act(one, each)))
  const surprises: Surprise[] = []
  for (const each of run.cases) {
    const seen = await observe(run, each, world.clock.now)
    const expected = foretold.get(each) ?? [seen]
    if (!expected.some((model) => isDeepStrictEqual(model, seen))) {
      surprises.push({ happening, expected, seen })
    }
    models.set(each, seen)
  }
  await expectSound(run)
  return surprises
}

/** A bank that delivers, and people who do what they are asked. */
const honest: readonly Happening[] = [
  { what: 'wait' },
  { what: 'send', verdict: 'deliver' },
  { what: 'one', of: 'bank delivers' },
  { what: 'one', of: 'notice' },
  { what: 'one', of: 'correct customer' },
  { what: 'one', of: 'correct transaction' },
  { what: 'one', of: 'retry' },
]

/** How often the bank's book has it paid in the end, and how often it should. */
async function comeToRest(run: Run, models: Models, one: Case) {
  const place = run.cases.indexOf(one)
  const surprises: Surprise[] = []
  for (let round = 0; round < 6 && !isAtRest(models.get(one)); round += 1) {
    for (const each of honest) {
      surprises.push(...(await take(run, models, { happenings: [each], place })))
    }
  }
  return { surprises, isAtRest: isAtRest(models.get(one)), paid: run.rail.timesPaid(one.id) }
}

/** Paid once what was funded, unless nobody knows to whom, or it came back and nobody heard of it. */
const shouldBePaid = (model: Model | undefined): number =>
  model?.payout?.state === 'delivered' && model.attempts.at(-1)?.bank !== 'returned' ? 1 : 0

const isAtRest = (model: Model | undefined): boolean =>
  model?.payout === undefined || model.payout.state === 'delivered' || model.isErased

const alone = (happening: Happening): Step => ({ happenings: [happening], place: 0 })
const one = (of: OfOne): Step => alone({ what: 'one', of })
const sent = (verdict: Verdict): Step => alone({ what: 'send', verdict })
const waited = alone({ what: 'wait' })
const hour = alone({ what: 'pass an hour' })
const paid = alone({ what: 'pay', payment: 'exact' })

/** Ways that chance may not find: each with funds first, or without. */
const examples: [Step[], boolean][] = [
  [
    [
      sent('deliver'),
      one('bank gives back'),
      one('notice'),
      one('old notices'),
      one('retry'),
      sent('refuse customer'),
      one('retry'),
      sent('hold'),
      one('bank delivers'),
      waited,
      one('settle'),
      one('old notices'),
    ],
    true,
  ],
  [
    [
      sent('lose, not done'),
      one('correct customer'),
      waited,
      sent('refuse customer'),
      sent('refuse customer'),
      one('correct customer'),
      sent('lose, done'),
      waited,
      one('bank gives back'),
      sent('hold'),
      one('retry'),
      sent('turn away'),
      waited,
    ],
    true,
  ],
  [
    [
      sent('refuse transaction'),
      one('correct transaction'),
      sent('hold'),
      one('erase customer'),
      one('bank gives back'),
      one('notice'),
      one('retry'),
      sent('deliver'),
      one('retry'),
      waited,
      sent('deliver'),
    ],
    true,
  ],
  [[hour, alone({ what: 'expire' }), hour, alone({ what: 'expire' }), paid], false],
]

it('goes as the rules say, whatever happens, twice and at once (SEP31-49, SEP31-52, SEP31-76)', async () => {
  const steps = fc.array(step, { minLength: 10, maxLength: 36, size: 'max' })
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (all, isPaidFirst) => {
      const run = aRun(world)
      const models: Models = new Map()
      const first = await run.open()
      models.set(first, newModel(first.transaction.lapsesAt.getTime()))
      for (const each of isPaidFirst ? [paid, ...all] : all) {
        expect(await take(run, models, each)).toEqual([])
      }
      const end = await comeToRest(run, models, first)
      const times = shouldBePaid(models.get(first))
      expect(end).toEqual({ surprises: [], isAtRest: true, paid: times })
      await run.act(first, { what: 'relay' })
      await expectToldWhole(world.url, run)
    }),
    { numRuns: Number(process.env['TEST_RUNS'] ?? '16'), endOnFailure: true, examples },
  )
}, 300_000)
