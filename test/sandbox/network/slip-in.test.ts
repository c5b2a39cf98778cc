import { Asset, Operation } from '@stellar/stellar-sdk'
import { expect, test } from 'vitest'
import { innerOf } from '../../../src/sandbox/network/ledger/envelope.ts'
import type { Envelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { createSlipIns, namesIn } from '../../../src/sandbox/network/network/slip-in.ts'
import { createWorld, feeBump, idOf } from '../ledger/world.ts'

const world = createWorld()
world.fund('alice', 'bob', 'carol', 'dave')

const paying = (name: string, source?: string) =>
  Operation.payment({
    destination: idOf(name),
    asset: Asset.native(),
    amount: '1',
    ...(source !== undefined && { source: idOf(source) }),
  })
const inner = { source: 'alice', operations: [paying('bob'), paying('carol', 'dave')] }
const bumped = feeBump(world, inner, { payer: 'erin', fee: 300n })
const plain = world.envelope({ source: 'frank', operations: [paying('grace')] })

test('a transaction is named by its hashes, and by all who take part in it (SBX-110)', () => {
  const people = ['alice', 'erin', 'bob', 'carol', 'dave'].map(idOf)
  expect([...namesIn(bumped)].toSorted()).toEqual(
    [bumped.hash, innerOf(bumped).hash, ...people].toSorted(),
  )
  expect([...namesIn(plain)].toSorted()).toEqual(
    [plain.hash, idOf('frank'), idOf('grace')].toSorted(),
  )
})

test('what waits comes in the order in which it came, each once, and nothing else (SBX-110, SBX-112)', () => {
  const slipIns = createSlipIns()
  const foreign = ['one', 'two', 'three', 'four'].map((name) =>
    world.envelope({ source: 'alice', operations: [paying(name)] }),
  )
  const [first, second, other, later] = foreign as [Envelope, Envelope, Envelope, Envelope]
  slipIns.add({ envelope: first, before: idOf('grace'), when: 'application' })
  slipIns.add({ envelope: other, before: idOf('nobody'), when: 'application' })
  slipIns.add({ envelope: later, before: idOf('frank'), when: 'admission' })
  slipIns.add({ envelope: second, before: innerOf(bumped).hash, when: 'application' })
  expect(slipIns.take('application', [])).toEqual([])
  expect(slipIns.take('application', [bumped, plain])).toEqual([first, second])
  expect(slipIns.take('application', [bumped, plain])).toEqual([])
  expect(slipIns.take('admission', [plain])).toEqual([later])
  const named = world.envelope({ source: 'bob', operations: [paying('nobody')] })
  expect(slipIns.take('application', [named])).toEqual([other])
})
