import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { readLines, writeLine } from './ledger-lines.ts'
import type { ReplayedLedger, WrittenLedger } from './ledger-lines.ts'

/**
 * Every closed ledger in a file, one line each, so that a second start continues where the first one
 * was cut. A line is written before anybody is told of the ledger; a last line without its end was
 * torn by a crash and is dropped.
 */
export interface Journal {
  readonly genesisCloseTime: bigint
  /** The ledgers on file, in order. To be called before the first `append`. */
  replay(networkPassphrase: string): Iterable<ReplayedLedger>
  append(ledger: WrittenLedger): void
  /** Forgets every ledger after the given one. */
  rewind(to: { readonly sequence: number; readonly closeTime: bigint }): void
  restart(genesisCloseTime: bigint): void
  stop(): void
}

export interface JournalOptions {
  /** In a directory that is there. */
  readonly file: string
  /** What must not change between two starts. */
  readonly network: Readonly<Record<string, string>>
  readonly now: () => bigint
}

interface OpenFile {
  /** Absent once it was closed: its number may be another file's by then. */
  descriptor: number | undefined
  /** Where each line ends: the first is the head of the file and stands for the genesis ledger. */
  ends: number[]
  lastCloseTime: bigint
  genesisCloseTime: bigint
}

export function openJournal({ file, network, now }: JournalOptions): Journal {
  const open: OpenFile = {
    descriptor: openSync(file, 'a+', 0o600),
    ends: [],
    lastCloseTime: 0n,
    genesisCloseTime: 0n,
  }
  let lines = wholeLines(readFileSync(file))
  const [head] = lines
  if (head === undefined) begin(open, network, now())
  else {
    open.genesisCloseTime = readHead(head, network, file)
    open.ends = endsOf(lines)
    ftruncateSync(descriptorOf(open), open.ends.at(-1) ?? 0)
  }
  return {
    get genesisCloseTime() {
      return open.genesisCloseTime
    },
    *replay(networkPassphrase) {
      open.lastCloseTime = open.genesisCloseTime
      for (const ledger of readLines(lines.slice(1), open.genesisCloseTime, networkPassphrase)) {
        open.lastCloseTime = ledger.plan.closeTime
        yield ledger
      }
    },
    append(ledger) {
      lines = []
      write(open, writeLine(ledger, open.lastCloseTime))
      open.lastCloseTime = ledger.closeTime
    },
    rewind({ sequence, closeTime }) {
      open.lastCloseTime = closeTime
      open.ends.length = Math.min(open.ends.length, sequence)
      ftruncateSync(descriptorOf(open), open.ends.at(-1) ?? 0)
    },
    restart: (genesisCloseTime) => begin(open, network, genesisCloseTime),
    stop() {
      closeSync(descriptorOf(open))
      open.descriptor = undefined
    },
  }
}

function descriptorOf({ descriptor }: OpenFile): number {
  if (descriptor === undefined) throw new Error('the network has ended, and its file is closed')
  return descriptor
}

function wholeLines(bytes: Buffer): string[] {
  const end = bytes.lastIndexOf('\n')
  return end === -1 ? [] : bytes.subarray(0, end).toString('utf8').split('\n')
}

function endsOf(lines: readonly string[]): number[] {
  let end = 0
  return lines.map((line) => {
    end += Buffer.byteLength(line) + 1
    return end
  })
}

function begin(open: OpenFile, network: JournalOptions['network'], genesisCloseTime: bigint): void {
  ftruncateSync(descriptorOf(open), 0)
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

function write(open: OpenFile, line: string): void {
  const bytes = Buffer.from(`${line}\n`)
  writeSync(descriptorOf(open), bytes)
  open.ends.push((open.ends.at(-1) ?? 0) + bytes.length)
}
