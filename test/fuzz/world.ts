import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseEnv } from 'node:util'
import { Keypair } from '@stellar/stellar-sdk'
import type { Running } from '../flows/running.ts'
import { startFairlead } from '../flows/fairlead.ts'
import type { Fairlead, SandboxFile } from '../flows/fairlead.ts'
import { logIn } from '../flows/anchor.ts'
import type { Anchor } from '../flows/anchor.ts'
import pg from 'pg'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { readNotices } from './notices.ts'
import type { Client } from './clients.ts'
import { furnishClients } from './clients.ts'
import type { Door } from './draft.ts'
import type { Probed } from './memory.ts'
import { openSink } from './sink.ts'

/** What requests are made up from. */
export interface FuzzMaterial {
  readonly sandbox: Pick<SandboxFile, 'homeDomain' | 'backofficeToken' | 'assets'>
  readonly urls: Readonly<Record<Door | 'strict', string>>
  readonly clients: readonly Client[]
  /** Transactions of which the bank refused a field. */
  readonly waiting: readonly (readonly [owner: Client, id: string])[]
  readonly railSecret: string
  /** Takes whatever is sent there. */
  readonly sinkUrl: string
  /** Bodies that the bank could send, and that are true. */
  readonly notices: readonly string[]
}

/** What is fuzzed: a gateway and a worker as processes of their own, and what was put there before. */
export interface FuzzWorld extends FuzzMaterial {
  readonly fairlead: Fairlead
  readonly sandbox: SandboxFile
  readonly processes: Readonly<Record<'gateway' | 'worker', Running & Probed>>
  /** Lets in only those with an agreement. */
  readonly strict: Running
  /** Has the assets to pay with. */
  readonly payer: Anchor
  stop(): Promise<void>
}

const clientsCount = 40

const probe = pathToFileURL(join(import.meta.dirname, 'memory-probe.ts')).href

export async function startFuzzWorld(seed: number): Promise<FuzzWorld> {
  const fairlead = await startFairlead({
    withoutGateway: true,
    settings: { FAIRLEAD_LOG_LEVEL: 'error' },
  })
  try {
    return await furnish(fairlead, seed)
  } catch (error) {
    process.stderr.write(fairlead.said())
    await fairlead.stop()
    throw error
  }
}

async function furnish(fairlead: Fairlead, seed: number): Promise<FuzzWorld> {
  const sandbox = fairlead.world()
  const memoryFileOf = (name: string) => join(fairlead.dataDir, `memory-${name}.jsonl`)
  const configFile = join(fairlead.dataDir, 'fuzz.yaml')
  await writeFile(
    configFile,
    withVerification(await readFile(join(fairlead.dataDir, 'fairlead.yaml'), 'utf8')),
  )
  const probed = (name: string) => ({
    FAIRLEAD_CONFIG: configFile,
    FAIRLEAD_KYC_VALIDATION: 'full',
    FUZZ_MEMORY_FILE: memoryFileOf(name),
    NODE_OPTIONS: `--import ${probe}`,
    FAIRLEAD_LOG_LEVEL: 'error',
  })
  await hurry(sandbox.databaseUrl)
  const gateway = await fairlead.addGateway({
    ...probed('gateway'),
    FAIRLEAD_PUBLIC_PORT: new URL(sandbox.publicUrl).port,
    FAIRLEAD_INTERNAL_PORT: new URL(sandbox.internalUrl).port,
  })
  const strict = await fairlead.addGateway({
    FAIRLEAD_CONFIG: configFile,
    FAIRLEAD_LOGIN: 'agreed',
    FAIRLEAD_LOG_LEVEL: 'error',
  })
  const worker = await fairlead.addWorker(probed('worker'))
  const payer = await logIn({ url: sandbox.publicUrl, world: sandbox })
  const keypairs = Array.from({ length: clientsCount }, (_, index) =>
    Keypair.fromRawEd25519Seed(createHash('sha256').update(`fuzz ${seed} ${index}`).digest()),
  )
  const { clients, waiting } = await furnishClients({ sandbox, keypairs, payer })
  const sink = await openSink()
  return {
    fairlead,
    sandbox,
    // by address, as each look at a name costs time
    urls: {
      public: byAddress(sandbox.publicUrl),
      internal: byAddress(sandbox.internalUrl),
      strict: byAddress(strict.url),
    },
    processes: {
      gateway: { ...gateway, memoryFile: memoryFileOf('gateway') },
      worker: { ...worker, memoryFile: memoryFileOf('worker') },
    },
    strict,
    clients,
    waiting,
    payer,
    railSecret: parseEnv(await readFile(sandbox.envFile, 'utf8'))['FAIRLEAD_RAIL_SECRET'] ?? '',
    sinkUrl: sink.url,
    notices: await readNotices(sandbox),
    stop: async () => {
      sink.close()
      await fairlead.stop()
    },
  }
}

/** Nobody pulls the plug here, so commits need not wait for the disk. */
async function hurry(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('alter role current_user set synchronous_commit = off')
  } finally {
    await client.end()
  }
}

const byAddress = (url: string): string => url.replace('localhost', '127.0.0.1')

const verified = z.looseObject({
  customerTypes: z.looseObject({ 'sep31-large-receiver': z.looseObject({}) }),
})

/** The sandbox's own configuration, with an address to be confirmed, so that there are codes to send. */
function withVerification(text: string): string {
  const file = verified.parse(parse(text))
  file.customerTypes['sep31-large-receiver']['verify'] = ['email_address']
  return stringify(file)
}
