import { readEnvelope } from '../ledger/envelope.ts'
import type { ClosePlan, Upgrades } from '../ledger/ledger.ts'

/**
 * A closed ledger as a line of text. `+5` is an empty ledger five seconds after the one before;
 * everything else is JSON with the envelopes in the order they were applied. Replayed in that order
 * on the same genesis they give the same ledgers, hash by hash (SBX-05).
 */
export interface WrittenLedger {
  readonly closeTime: bigint
  readonly hash: string
  readonly envelopes: readonly string[]
  readonly baseFee: bigint
  readonly upgrades?: Upgrades | undefined
}

export interface ReplayedLedger {
  readonly plan: ClosePlan
  readonly envelopes: readonly string[]
  /** Throws when the replayed ledger is not the one that was written. */
  verify(this: void, hash: string): void
}

interface UpgradeWords {
  readonly baseFee?: string
  readonly baseReserve?: string
  readonly maxTxSetSize?: number
}

interface Line {
  readonly t: string
  readonly h: string
  readonly f: string
  readonly tx: readonly string[]
  readonly u?: UpgradeWords
}

export function writeLine(ledger: WrittenLedger, lastCloseTime: bigint): string {
  const { closeTime, hash, envelopes, baseFee, upgrades } = ledger
  if (envelopes.length === 0 && !upgrades) return `+${closeTime - lastCloseTime}`
  const line: Line = {
    t: String(closeTime),
    h: hash,
    f: String(baseFee),
    tx: envelopes,
    ...(upgrades ? { u: upgradeWords(upgrades) } : {}),
  }
  return JSON.stringify(line)
}

export function readLine(line: string, lastCloseTime: bigint, passphrase: string): ReplayedLedger {
  if (line.startsWith('+')) {
    const closeTime = lastCloseTime + BigInt(line.slice(1))
    return { plan: { transactions: [], closeTime }, envelopes: [], verify: () => undefined }
  }
  const { t, h, f, tx, u } = JSON.parse(line) as Line
  return {
    envelopes: tx,
    plan: {
      transactions: tx.map((envelope) => readEnvelope(envelope, passphrase)),
      closeTime: BigInt(t),
      baseFee: BigInt(f),
      ...(u === undefined ? {} : { upgrades: readUpgrades(u) }),
    },
    verify(hash) {
      if (hash !== h) throw new Error(`a recorded ledger replays to hash ${hash}, not ${h}`)
    },
  }
}

export function* readLines(
  lines: Iterable<string>,
  genesisCloseTime: bigint,
  passphrase: string,
): Generator<ReplayedLedger> {
  let lastCloseTime = genesisCloseTime
  for (const line of lines) {
    const ledger = readLine(line, lastCloseTime, passphrase)
    lastCloseTime = ledger.plan.closeTime
    yield ledger
  }
}

function upgradeWords({ baseFee, baseReserve, maxTxSetSize }: Upgrades): UpgradeWords {
  return {
    ...(baseFee === undefined ? {} : { baseFee: String(baseFee) }),
    ...(baseReserve === undefined ? {} : { baseReserve: String(baseReserve) }),
    ...(maxTxSetSize === undefined ? {} : { maxTxSetSize }),
  }
}

function readUpgrades(words: UpgradeWords): Upgrades {
  return {
    ...(words.baseFee === undefined ? {} : { baseFee: BigInt(words.baseFee) }),
    ...(words.baseReserve === undefined ? {} : { baseReserve: BigInt(words.baseReserve) }),
    ...(words.maxTxSetSize === undefined ? {} : { maxTxSetSize: words.maxTxSetSize }),
  }
}
