import { readEnvelope, innerOf } from '../ledger/envelope.ts'
import type { Scenario } from './scenario-form.ts'

/** Why a scenario is not compared: what this network leaves out on purpose (SBX-53, SBX-123). */
export function deviationOf({ steps, networkPassphrase }: Scenario): string | undefined {
  const usesPools = steps.some(
    (step) => 'envelopeXdr' in step && namesPoolShares(step.envelopeXdr, networkPassphrase),
  )
  return usesPools ? 'liquidity pools are left out on purpose' : undefined
}

function namesPoolShares(envelopeXdr: string, networkPassphrase: string): boolean {
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
