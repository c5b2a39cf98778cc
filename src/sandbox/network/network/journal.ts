import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ClosedLedger } from '../ledger/closed-ledger.ts'
import { readEnvelope } from '../ledger/envelope.ts'
import type { ClosePlan, Upgrades } from '../ledger/ledger.ts'

/**
 * Every closed ledger, one line each, so that a second start continues where the first one was cut.
 * `+5` is an empty ledger five seconds after the one before; everything else is JSON. A last line
 * without its end was torn by a crash and is dropped: nobody was told of what it held.
 */
export interface Journal {
  readonly genesisCloseTime: bigint
  /** The ledgers on file, in order. To be called once, before the first `append`. */
  replay(networkPassphrase: string): Iterable<ReplayedLedger>
  append(closed: ClosedLedger, how: HowClosed): void
  /** Forgets every ledger after the given one. */
  rewind(to: { readonly sequence: number; readonly closeTime: bigint }): void
  restart(genesisCloseTime: bigint): void
  stop(): void
}

export interface ReplayedLedger {
  readonly plan: ClosePlan
  /** Throws when the replayed ledger is not the one that was written. */
  verify(hash: string): void
}

export interface HowClosed {
  readonly baseFee: bigint
  readonly upgrades?: Upgrades | undefined
}

export interface JournalOptions {
  readonly file: string
  /** What must not change between two starts. */
  readonly network: Readonly<Record<string, string>>
  readonly now: () => bigint
}

interface Line {
  readonly t: string
  readonly h: string
  readonly f?: string
  readonly tx: readonly string[]
  readonly u?: { readonly baseFee?: string; readonly baseReserve?: string; maxTxSetSize?: number }
}

interface File {
  readonly descriptor: number
  /** Where each ledger's line ends; the head line of the file is the first. */
  ends: number[]
  lines: string[]
  lastCloseTime: bigint
  genesisCloseTime: bigint
}

export function openJournal({ file, network, now }: JournalOptions): Journal {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const descriptor = openSync(file, 'a+', 0o600)
  const lines = wholeLines(readFileSync(file))
  const open: File = {
    descriptor,
    ends: [],
    lines,
    lastCloseTime: 0n,
    genesisCloseTime: 0n,
  }
  const head = lines[0]
  if (head === undefined) begin(open, network, now())
  else {
    open.genesisCloseTime = readHead(head, network, file)
    open.lastCloseTime = open.genesisCloseTime
    let end = 0
    for (const line of lines) {
      end += Buffer.byteLength(line) + 1
      open.ends.push(end)
    }
    ftruncateSync(descriptor, end)
  }
  return {
    get genesisCloseTime() {
      return open.genesisCloseTime
    },
    *replay(networkPassphrase) {
      const ledgers = open.lines.slice(1)
      open.lines = []
      for (const line of ledgers) {
        const ledger = readLine(line, open.lastCloseTime, networkPassphrase)
        open.lastCloseTime = ledger.plan.closeTime
        yield ledger
      }
    },
    append: (closed, how) => append(open, closed, how),
    rewind: (to) => rewind(open, to),
    restart(genesisCloseTime) {
      begin(open, network, genesisCloseTime)
    },
    stop: () => closeSync(descriptor),
  }
}

function wholeLines(bytes: Buffer): string[] {
  const end = bytes.lastIndexOf('\n')
  return end === -1 ? [] : bytes.subarray(0, end).toString('utf8').split('\n')
}

function begin(open: File, network: JournalOptions['network'], genesisCloseTime: bigint): void {
  ftruncateSync(open.descriptor, 0)
  open.ends = []
  open.genesisCloseTime = genesisCloseTime
  open.lastCloseTime = genesisCloseTime
  write(open, JSON.stringify({ genesisCloseTime: String(genesisCloseTime), ...network }))
}

function readHead(line: string, network: JournalOptions['network'], file: string): bigint {
  const head = JSON.parse(line) as Record<string, string>
  for (const [name, value] of Object.entries(network)) {
    if (head[name] === value) continue
    throw new Error(
      `${file} belongs to a network with ${name} "${head[name]}", not "${value}": ` +
        'start with the old value, or with another data directory',
    )
  }
  return BigInt(head.genesisCloseTime ?? 0)
}

function write(open: File, line: string): void {
  const bytes = Buffer.from(`${line}\n`)
  writeSync(open.descriptor, bytes)
  open.ends.push((open.ends.at(-1) ?? 0) + bytes.length)
}

function append(open: File, closed: ClosedLedger, { baseFee, upgrades }: HowClosed): void {
  const elapsed = closed.closeTime - open.lastCloseTime
  open.lastCloseTime = closed.closeTime
  if (closed.transactions.length === 0 && !upgrades) {
    write(open, `+${elapsed}`)
    return
  }
  const line: Line = {
    t: String(closed.closeTime),
    h: closed.hash,
    f: String(baseFee),
    tx: closed.transactions.map(({ submitted }) => submitted.xdr.toXdr('base64')),
    ...(upgrades ? { u: upgradeWords(upgrades) } : {}),
  }
  write(open, JSON.stringify(line))
}

function rewind(
  open: File,
  { sequence, closeTime }: { sequence: number; closeTime: bigint },
): void {
  open.lastCloseTime = closeTime
  open.ends.length = Math.min(open.ends.length, sequence)
  ftruncateSync(open.descriptor, open.ends.at(-1) ?? 0)
}

function upgradeWords({ baseFee, baseReserve, maxTxSetSize }: Upgrades): NonNullable<Line['u']> {
  return {
    ...(baseFee === undefined ? {} : { baseFee: String(baseFee) }),
    ...(baseReserve === undefined ? {} : { baseReserve: String(baseReserve) }),
    ...(maxTxSetSize === undefined ? {} : { maxTxSetSize }),
  }
}

function readUpgrades(words: NonNullable<Line['u']>): Upgrades {
  return {
    ...(words.baseFee === undefined ? {} : { baseFee: BigInt(words.baseFee) }),
    ...(words.baseReserve === undefined ? {} : { baseReserve: BigInt(words.baseReserve) }),
    ...(words.maxTxSetSize === undefined ? {} : { maxTxSetSize: words.maxTxSetSize }),
  }
}

function readLine(line: string, lastCloseTime: bigint, passphrase: string): ReplayedLedger {
  if (line.startsWith('+')) {
    const closeTime = lastCloseTime + BigInt(line.slice(1))
    return { plan: { transactions: [], closeTime }, verify: () => undefined }
  }
  const { t, h, f, tx, u } = JSON.parse(line) as Line
  return {
    plan: {
      transactions: tx.map((envelope) => readEnvelope(envelope, passphrase)),
      closeTime: BigInt(t),
      ...(f === undefined ? {} : { baseFee: BigInt(f) }),
      ...(u === undefined ? {} : { upgrades: readUpgrades(u) }),
    },
    verify(hash) {
      if (hash !== h) throw new Error(`the journal replays to ledger hash ${hash}, not ${h}`)
    },
  }
}
