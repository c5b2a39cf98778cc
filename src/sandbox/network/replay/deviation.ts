import { xdr } from '@stellar/stellar-sdk'
import { readEnvelope, innerOf } from '../ledger/envelope.ts'
import { transactionResult } from '../ledger/transaction-result.ts'
import type { Scenario, TransactionStep } from './scenario-form.ts'

/**
 * What this network leaves out on purpose (SBX-53, SBX-123): a scenario that needs it is held to the answer that
 * stands in its place.
 */
export interface Deviation {
  readonly reason: string
  readonly expected: Scenario
}

const poolShares = 'liquidity pools are left out on purpose, a line of theirs is opNOT_SUPPORTED'

/** Pool shares are refused at admission: no fee, no sequence number, no line. */
export function deviationOf(recorded: Scenario): Deviation | undefined {
  const { steps, startState, endState, networkPassphrase } = recorded
  if (!steps.some((step) => 'admission' in step && namesPoolShares(step, networkPassphrase))) {
    return undefined
  }
  const expected = {
    ...recorded,
    steps: steps.map((step) =>
      'admission' in step && namesPoolShares(step, networkPassphrase) ? notSupported(step) : step,
    ),
    endState: {
      header: { ...endState.header, feePool: startState?.header['feePool'] ?? '0' },
      entries: startState?.entries ?? [],
    },
  }
  return { reason: poolShares, expected }
}

function notSupported({ hash, envelopeXdr, feeCharged }: TransactionStep): TransactionStep {
  const operations = [xdr.OperationResult.opNotSupported()]
  const result = transactionResult({ code: 'txFailed', operations }, BigInt(feeCharged ?? 0))
  return {
    ...(hash !== undefined && { hash }),
    envelopeXdr,
    admission: { status: 'ERROR', errorResultXdr: result.toXdr('base64') },
    ledger: null,
  }
}

function namesPoolShares({ envelopeXdr }: TransactionStep, networkPassphrase: string): boolean {
  let operations
  try {
    ;({ operations } = innerOf(readEnvelope(envelopeXdr, networkPassphrase)))
  } catch {
    return false
  }
  return operations.some(
    ({ body }) =>
      body.type === 'changeTrust' && body.changeTrustOp.line.type === 'assetTypePoolShare',
  )
}
