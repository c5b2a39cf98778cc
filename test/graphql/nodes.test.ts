import 'reflect-metadata'
import { describe, expect, it } from 'vitest'
import type { CustomerView } from '../../src/usecases/customers/customer-view.ts'
import { AssetQueries } from '../../src/graphql/asset/asset.query.ts'
import { writeAsset } from '../../src/graphql/asset/asset.type.ts'
import { writeCustomer } from '../../src/graphql/customer/customer.type.ts'
import { ClientQueries } from '../../src/graphql/client/client.query.ts'
import { writeNetwork } from '../../src/graphql/network/network.type.ts'
import type { PartnerContext } from '../../src/graphql/partner/context.ts'
import { writeAttempt, writePayout } from '../../src/graphql/payout/payout.type.ts'
import {
  readEventCursor,
  writeEvent,
} from '../../src/graphql/transaction/transaction-event.type.ts'
import { writeOpenRefusal } from '../../src/graphql/transaction/open-transaction.result.ts'
import { writeTransaction } from '../../src/graphql/transaction/transaction.type.ts'
import { lifecycle } from '../../src/domain/transaction/lifecycle.ts'
import type { Phase } from '../../src/domain/transaction/lifecycle.ts'
import { anAsset, routingFields } from '../builders/asset.ts'
import { aTransaction, distributionAccount, issuer } from '../builders/transaction.ts'

/** What each node says of its record, field by field. */

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 12, minute))

describe('a transaction', () => {
  it('tells all that its client may know', () => {
    const transaction = aTransaction({
      phase: 'completed',
      memo: { type: 'hash', value: 'AAAA' },
      amountInUnits: 1_234_567_890n,
      amountOutUnits: 12_000n,
      fee: {
        totalUnits: 34_567_890n,
        parts: [
          { name: 'Fixed fee', units: 30_000_000n },
          { name: 'Rate', units: 4_567_890n },
        ],
      },
      fundingMethod: 'SEPA',
      senderId: 'sender',
      receiverId: 'receiver',
      statusMessage: 'Done',
      requiredInfoMessage: 'Long mended',
      stellarTransactionHash: 'f'.repeat(64),
      externalTransactionId: 'bank-1',
      startedAt: at(1),
      updatedAt: at(2),
      completedAt: at(3),
      lapsesAt: at(4),
    })
    const asset = `stellar:SRT:${issuer}`
    expect(writeTransaction(transaction)).toEqual({
      id: transaction.id,
      status: 'completed',
      phase: 'completed',
      statusMessage: 'Done',
      amountIn: { value: '123.456789', asset },
      amountOut: { value: '120', asset: 'iso4217:USD' },
      fee: {
        total: { value: '3.456789', asset },
        parts: [
          { name: 'Fixed fee', amount: { value: '3', asset } },
          { name: 'Rate', amount: { value: '0.456789', asset } },
        ],
      },
      fundingMethod: 'SEPA',
      senderId: 'sender',
      receiverId: 'receiver',
      pay: { account: distributionAccount, memoType: 'hash', memo: 'AAAA' },
      wantedFields: [],
      stellarTransactionHash: 'f'.repeat(64),
      externalTransactionId: 'bank-1',
      startedAt: at(1),
      updatedAt: at(2),
      completedAt: at(3),
      expiresAt: at(4),
    })
  })

  it('tells nobody where to pay before it may be paid (SEP31-36, SEP31-37)', () => {
    const told = Object.keys(lifecycle).map((name) => {
      const phase = name as Phase // the keys of the lifecycle are the phases
      return [phase, writeTransaction(aTransaction({ phase })).pay !== null]
    })
    expect(told.filter(([, isTold]) => isTold === false)).toEqual([
      ['screening', false],
      ['awaitingInfo', false],
    ])
  })

  it('names what has to be corrected, by whose data it is, and says so to people', () => {
    const message = 'No such account'
    const ofSender = { owner: 'sender', name: 'last_name', message: 'Is missing' } as const
    const ofReceiver = { owner: 'receiver', name: 'bank_number', message: 'Is wrong' } as const
    const node = writeTransaction(
      aTransaction({
        phase: 'awaitingPayoutCustomerInfo',
        wantedCustomerFields: [ofSender, ofReceiver],
        wantedFields: { routing_number: message, type: 'None of ours' },
        requiredInfoMessage: 'The bank wants more',
      }),
    )
    expect(node.wantedFields).toEqual([
      ofSender,
      ofReceiver,
      { owner: 'transaction', name: 'routing_number', message },
      { owner: 'transaction', name: 'type', message: 'None of ours' },
    ])
    expect(node.statusMessage).toBe('The bank wants more')
  })

  it('says null for what is not there yet', () => {
    expect(writeTransaction(aTransaction())).toMatchObject({
      statusMessage: null,
      senderId: null,
      receiverId: null,
      stellarTransactionHash: null,
      externalTransactionId: null,
      completedAt: null,
    })
  })
})

describe('an event', () => {
  const event = {
    id: 'event',
    transactionId: 'transaction',
    owner: { account: distributionAccount },
    type: 'payoutFailed',
    from: 'payingOut',
    to: 'awaitingPayoutTransactionInfo',
    version: 7,
    at: at(1),
    actor: { kind: 'rail' },
    note: 'No such account',
    sequence: 42n,
  } as const

  it('tells what happened, with its place in the log', () => {
    const { cursor, ...told } = writeEvent(event)
    expect(told).toEqual({
      id: 'event',
      transactionId: 'transaction',
      type: 'payoutFailed',
      from: 'payingOut',
      to: 'awaitingPayoutTransactionInfo',
      status: 'pending_transaction_info_update',
      version: 7,
      at: at(1),
      actor: 'rail',
      note: 'No such account',
    })
    expect(readEventCursor(cursor)).toBe(42n)
  })

  it('has nothing before it when it is the first', () => {
    const { from: _, note: __, ...first } = event
    expect(writeEvent(first)).toMatchObject({ from: null, note: null })
  })
})

describe('an asset', () => {
  it('tells bounds, fees, customer types and fields, as /info does', () => {
    const asset = anAsset({ transactionFields: routingFields })
    expect(writeAsset(asset)).toEqual({
      code: 'SRT',
      issuer,
      name: `stellar:SRT:${issuer}`,
      payoutAsset: 'iso4217:USD',
      minAmount: '10',
      maxAmount: '10000',
      feeFixed: '1',
      feePercent: '0.01',
      fundingMethods: ['SEPA', 'WIRE'],
      senderTypes: [{ type: 'sep31-sender', description: 'Who sends', fromAmount: '0' }],
      receiverTypes: [
        { type: 'sep31-receiver', description: 'Who receives', fromAmount: '0' },
        {
          type: 'sep31-large-receiver',
          description: 'Who receives a large sum',
          fromAmount: '5000',
        },
      ],
      transactionFields: [
        {
          name: 'routing_number',
          description: 'routing number of the destination bank account',
          choices: null,
          optional: false,
        },
        {
          name: 'account_number',
          description: 'bank account number of the destination',
          choices: null,
          optional: false,
        },
        {
          name: 'type',
          description: 'type of deposit',
          choices: ['SEPA', 'WIRE'],
          optional: true,
        },
      ],
    })
  })

  it('tells each bound by itself, and one of nothing as 0', () => {
    const { minUnits: _, ...upTo } = anAsset()
    const { maxUnits: __, ...from } = anAsset()
    expect([upTo, from, anAsset({ minUnits: 0n })].map(writeAsset)).toMatchObject([
      { minAmount: null, maxAmount: '10000' },
      { minAmount: '10', maxAmount: null },
      { minAmount: '0', maxAmount: '10000' },
    ])
  })

  it('is told beside all others', () => {
    const assets = ['A', 'B', 'C', 'D'].map((code) => anAsset({ code }))
    const context = { rooms: { assets } } as unknown as PartnerContext // nothing else is asked
    expect(new AssetQueries().assets(context)).toEqual(assets.map(writeAsset))
  })

  it('says null where it has no issuer and no bounds', () => {
    const { issuer: _, minUnits: __, maxUnits: ___, ...native } = anAsset()
    expect(writeAsset(native)).toMatchObject({ issuer: null, minAmount: null, maxAmount: null })
  })
})

describe('a customer', () => {
  const field = { name: 'id_type', kind: 'string', description: 'Kind of document' } as const
  const view: CustomerView = {
    id: 'customer',
    status: 'NEEDS_INFO',
    message: 'Please look again',
    missing: ['receiver_id_type'],
    wanted: [
      {
        ...field,
        askedAs: 'receiver_id_type',
        choices: ['passport', 'id_card'],
        optional: true,
        needsCode: false,
      },
      {
        name: 'birth_date',
        kind: 'date',
        description: 'Day of birth',
        askedAs: 'receiver_birth_date',
        optional: false,
        needsCode: false,
      },
    ],
    provided: [
      {
        ...field,
        askedAs: 'receiver_id_number',
        optional: false,
        needsCode: false,
        status: 'REJECTED',
        error: 'Not to be read',
      },
      {
        ...field,
        askedAs: 'receiver_last_name',
        optional: false,
        needsCode: false,
        status: 'ACCEPTED',
      },
    ],
  }

  it('is told with what is wanted, and what is wrong with what is there', () => {
    expect(writeCustomer(view)).toEqual({
      id: 'customer',
      status: 'NEEDS_INFO',
      message: 'Please look again',
      fields: [
        {
          name: 'receiver_id_type',
          type: 'string',
          description: 'Kind of document',
          choices: ['passport', 'id_card'],
          optional: true,
        },
        {
          name: 'receiver_birth_date',
          type: 'date',
          description: 'Day of birth',
          choices: null,
          optional: false,
        },
      ],
      providedFields: [
        { name: 'receiver_id_number', status: 'REJECTED', error: 'Not to be read' },
        { name: 'receiver_last_name', status: 'ACCEPTED', error: null },
      ],
    })
  })

  it('that nobody registered is no node', () => {
    const { id: _, ...unknown } = view
    expect(writeCustomer(unknown)).toBeUndefined()
  })
})

describe('a payout and its attempts', () => {
  it('tell where they stand, when, and why', () => {
    const payout = { transactionId: 'transaction', attemptNumber: 2, failures: 3 }
    const dead = { ...payout, state: 'dead', dueAt: at(1), updatedAt: at(2) } as const
    expect(writePayout({ ...dead, deadReason: 'closed' })).toEqual({
      transactionId: 'transaction',
      state: 'dead',
      attemptNumber: 2,
      dueAt: at(1),
      deadReason: 'closed',
      updatedAt: at(2),
    })
    const attempt = {
      transactionId: 'transaction',
      number: 2,
      idempotencyKey: 'key',
      state: 'rejected',
      startedAt: at(3),
    } as const
    const ended = { railPayoutId: 'bank-1', reason: 'closed', endedAt: at(4) }
    expect(writeAttempt({ ...attempt, ...ended })).toEqual({ ...attempt, ...ended })
    expect(writeAttempt(attempt)).toEqual({
      ...attempt,
      railPayoutId: null,
      reason: null,
      endedAt: null,
    })
  })
})

describe('the network', () => {
  it('tells its run, its stops and how far each account was read', () => {
    const stop = { id: '7', epoch: 2, reason: 'gap', detail: 'Trimmed', stoppedAt: at(1) } as const
    const decision = { kind: 'go_on', at: at(2), by: 'ada' } as const
    const node = writeNetwork({
      epoch: { number: 2, beganAt: at(0) },
      openStop: { ...stop, elder: 9n },
      lastStop: { ...stop, id: '6', elder: 9n, decision },
      accounts: [
        { account: distributionAccount, cursor: '12', readUntil: at(3) },
        { account: issuer },
      ],
    })
    const undecided = { decision: null, decidedAt: null, decidedBy: null }
    expect(node).toEqual({
      epoch: 2,
      beganAt: at(0),
      openStop: { ...stop, ...undecided },
      lastStop: { ...stop, id: '6', decision: 'go_on', decidedAt: at(2), decidedBy: 'ada' },
      accounts: [
        { account: distributionAccount, cursor: '12', readUntil: at(3) },
        { account: issuer, cursor: null, readUntil: null },
      ],
    })
  })
})

describe('the caller', () => {
  it('is told what the token says of them', () => {
    const principal = {
      account: distributionAccount,
      memo: '7',
      subject: `${distributionAccount}:7`,
      homeDomain: 'anchor.example.com',
      clientDomain: 'wallet.example.com',
    }
    const rooms = {} as PartnerContext['rooms'] // none is entered
    const { signal } = new AbortController()
    expect(new ClientQueries().me({ rooms, principal, signal })).toEqual(principal)
  })
})

describe('a refusal to open', () => {
  it('says whom we do not serve, and asks for nothing (SEP12-53)', () => {
    expect(writeOpenRefusal({ code: 'customer_rejected', side: 'receiver' })).toEqual({
      code: 'customer_rejected',
      message: 'The receiver was rejected',
      side: 'receiver',
      customerType: null,
    })
  })

  it('names the bounds that there are', () => {
    const maxUnits = 50_000_000n
    const beyond = (bounds: { readonly minUnits?: bigint }) =>
      writeOpenRefusal({ code: 'amount_out_of_bounds', minUnits: undefined, maxUnits, ...bounds })
        .message
    expect(beyond({})).toBe('The amount has to be at most 5')
    expect(beyond({ minUnits: 10_000_000n })).toBe('The amount has to be between 1 and 5')
  })
})
