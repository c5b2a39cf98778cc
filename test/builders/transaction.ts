import { randomUUID } from 'node:crypto'
import type { Transaction } from '../../src/domain/transaction/transaction.ts'

export const distributionAccount = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'
export const issuer = 'GDQNY3PBOJOKYZSRMK2S7LHHGWZIUISD4QORETLMXEWXBI7KFZZMKMK3'
export const sendingAnchor = 'GC4CUSZXGFRXOFCLQOKZYKMRKLHXW2SRHTT7BTUNQGM2HBZOK3RA4TQV'

/** A transaction of 100 SRT that waits for its funds, unless told otherwise. */
export function aTransaction(changes: Partial<Transaction> = {}): Transaction {
  return {
    id: randomUUID(),
    kind: 'receive',
    phase: 'awaitingFunds',
    version: 1,
    owner: { account: sendingAnchor },
    assetCode: 'SRT',
    assetIn: `stellar:SRT:${issuer}`,
    amountInUnits: 1_000_000_000n,
    assetOut: 'iso4217:USD',
    amountOutUnits: 9_900n,
    assetOutDecimals: 2,
    fee: { totalUnits: 10_000_000n, parts: [{ name: 'Fixed fee', units: 10_000_000n }] },
    fundingMethod: 'WIRE',
    distributionAccount,
    memo: { type: 'id', value: `${Math.floor(Math.random() * 2 ** 50)}` },
    fields: {},
    wantedFields: {},
    wantedCustomerFields: [],
    language: 'en',
    startedAt: new Date('2026-11-21T11:00:00Z'),
    updatedAt: new Date('2026-11-21T11:00:00Z'),
    lapsesAt: new Date('2026-11-21T13:00:00Z'),
    ...changes,
  }
}
