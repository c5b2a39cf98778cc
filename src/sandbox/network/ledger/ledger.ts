import { admissionVerdict } from './admission.ts'
import { admissionTerms, closeLedger } from './close.ts'
import type { NetworkParameters } from './closed-ledger.ts'
import { createGenesis } from './genesis.ts'
import type { Ledger, LedgerSnapshot } from './ledger-surface.ts'
import { createSignatureChecker } from './signatures.ts'
import { signedBefore } from './signer-form.ts'
import { createStateHash } from './state-hash.ts'
import type { StateCopy } from './state.ts'

export type {
  CheckCircumstances,
  CheckVerdict,
  ClosePlan,
  Ledger,
  LedgerHead,
  LedgerSnapshot,
  Upgrades,
} from './ledger-surface.ts'

export interface Genesis {
  /** Number of the first ledger, 1 unless said otherwise. */
  readonly sequence?: number
}

export function createLedger(
  parameters: NetworkParameters,
  genesisCloseTime: bigint,
  { sequence = 1 }: Genesis = {},
): Ledger {
  const checker = createSignatureChecker()
  const replaying = createSignatureChecker(signedBefore)
  const stateHash = createStateHash()
  const { genesis, state, ...first } = createGenesis(parameters, genesisCloseTime, sequence)
  let head = first.head
  stateHash.reset(state.entries())

  return {
    parameters,
    genesis,
    get head() {
      return head
    },
    account: (id) => state.account(id),
    entry: (key) => state.get(key),
    entries: () => state.entries(),
    subentriesOf: (account) => state.subentriesOf(account),
    check: (envelope, circumstances = {}) =>
      admissionVerdict({ state, checker }, envelope, admissionTerms(head, circumstances)),
    close(plan) {
      const used = plan.replayed ? replaying : checker
      const closed = closeLedger({ state, checker: used, stateHash }, head, plan)
      head = closed.head
      return closed.ledger
    },
    snapshot: () => ({ head, [contents]: state.copy() }) as Snapshot,
    restore(snapshot) {
      head = snapshot.head
      const { sequence: last, closeTime, baseReserve } = head
      state.circumstances = { ...state.circumstances, sequence: last, closeTime, baseReserve }
      state.restore((snapshot as Snapshot)[contents])
      stateHash.reset(state.entries())
    },
  }
}

const contents = Symbol('contents')

interface Snapshot extends LedgerSnapshot {
  readonly [contents]: StateCopy
}
