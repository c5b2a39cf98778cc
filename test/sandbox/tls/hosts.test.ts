import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { connect } from 'node:tls'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { Keypair } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openClient, openForTest } from '../http/client.ts'
import type { Client } from '../http/client.ts'
import { repositoryFile, runNode } from '../network/network-child.ts'

let client: Client
let folder: string

beforeAll(async () => {
  client = await openClient({ httpsPort: 0, names: ['horizon.anchor.test'] })
  folder = await mkdtemp(join(tmpdir(), 'fairlead-test-'))
})

afterAll(async () => {
  await client[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const port = () => Number(new URL(String(client.sandbox.httpsUrl)).port)

test.each([
  'localhost',
  '127.0.0.1',
  '::1',
  'horizon-testnet.stellar.org',
  'friendbot.stellar.org',
  'horizon.anchor.test', // as configured above
])('the certificate holds for %s under the local authority (SBX-08)', async (name) => {
  const ca = readFileSync(String(client.sandbox.caFile), 'utf8')
  const error = await new Promise((resolve) => {
    const socket = connect({
      host: '127.0.0.1',
      port: port(),
      ca,
      servername: /^[\d.:]+$/.test(name) ? '' : name,
      checkServerIdentity: (_host, certificate) => {
        const names = String(certificate.subjectaltname)
        return names.includes(name === '::1' ? '0:0:0:0:0:0:0:1' : name)
          ? undefined
          : new Error(names)
      },
    })
    socket.on('secureConnect', () => resolve(socket.authorizationError ?? undefined))
    socket.on('error', resolve)
    socket.on('secureConnect', () => socket.end())
  })
  expect(error).toBeUndefined()
})

test('the authority and its key are for their owner only (SBX-08)', () => {
  const ca = String(client.sandbox.caFile)
  for (const file of [ca, join(dirname(ca), 'ca-key.pem')]) {
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
  }
})

test('nobody without the authority trusts the certificate (SBX-08)', async () => {
  await expect(fetch(String(client.sandbox.httpsUrl))).rejects.toThrow('fetch failed')
})

test('a network without a data directory leaves no authority behind (SBX-08)', async () => {
  const other = await openForTest({ httpsPort: 0 })
  const file = String(other.sandbox.caFile)
  expect(existsSync(file)).toBe(true)
  await other.sandbox.stop()
  expect(existsSync(file)).toBe(false)
})

/** Where the preload is, with what it is to do. */
function preload(asked?: Readonly<Record<string, string>>): string {
  const url = pathToFileURL(repositoryFile('src', 'sandbox', 'network', 'preload.ts'))
  const { caFile } = client.sandbox
  url.search = String(
    new URLSearchParams(asked ?? { to: `localhost:${port()}`, ca: String(caFile) }),
  )
  return url.href
}

const SCRIPT = `
import https from 'node:https'
const address = process.argv[2]
const viaFetch = await fetch('https://friendbot.stellar.org?addr=' + address)
const viaHttps = await new Promise((resolve, reject) => {
  https.get('https://horizon-testnet.stellar.org/accounts/' + address, (response) => {
    let text = ''
    response.on('data', (piece) => (text += piece))
    response.on('end', () => resolve(JSON.parse(text)))
  }).on('error', reject)
})
const elsewhere = await fetch(process.argv[3])
console.log(viaFetch.status, viaHttps.balances[0].balance, elsewhere.status)
`

test('a preload brings a client with built-in hosts here, by fetch and by https (SBX-09)', async () => {
  const script = join(folder, 'client.mjs')
  await writeFile(script, SCRIPT)
  const address = Keypair.random().publicKey()
  const { url } = client.sandbox // where no host is mapped
  const { output, code } = await runNode(['--import', preload(), script, address, url])
  expect(output.trim()).toBe('200 10000.0000000 200')
  expect(code).toBe(0)
})

const PORTS = `
import { Socket, connect } from 'node:net'
const reached = (socket) => new Promise((resolve) => {
  socket.on('connect', () => {
    resolve(socket.remotePort)
    socket.destroy()
  })
  socket.on('error', (error) => resolve((error.errors?.[0] ?? error).port))
})
console.log(
  await reached(new Socket().connect({ host: 'horizon-testnet.stellar.org', port: 443 })),
  await reached(connect(443, 'friendbot.stellar.org')),
  await reached(connect({ host: 'horizon.anchor.test', port: 443 })),
)
`

test('a preload goes to port 8001 when nothing is said, and maps other hosts when told (SBX-09)', async () => {
  const script = join(folder, 'ports.mjs')
  await writeFile(script, PORTS)
  const other = preload({ to: `localhost:${port()}`, hosts: 'one.test,horizon.anchor.test' })
  const { output } = await runNode(['--import', preload({}), '--import', other, script])
  expect(output.trim()).toBe(`8001 8001 ${port()}`)
})

const WALLET = `
import { Wallet } from '@stellar/typescript-wallet-sdk'
const wallet = Wallet.TestNet()
const stellar = wallet.stellar()
const account = stellar.account()
const [from, to] = [account.createKeypair(), account.createKeypair()]
await stellar.fundTestnetAccount(from.publicKey)
const build = await stellar.transaction({ sourceAddress: from })
const transaction = build.createAccount(to, 5).build()
from.sign(transaction)
await stellar.submitTransaction(transaction)
const { balances } = await account.getInfo({ accountAddress: to.publicKey })
console.log('balance', balances[0].balance)
`

test('the wallet SDK from the registry works unmodified over HTTPS (SBX-121)', async () => {
  const script = repositoryFile('node_modules', '.vite', 'wallet-client.mjs')
  const { mkdir } = await import('node:fs/promises')
  await mkdir(repositoryFile('node_modules', '.vite'), { recursive: true })
  await writeFile(script, WALLET)
  const { output } = await runNode(['--import', preload(), script], {
    NODE_EXTRA_CA_CERTS: String(client.sandbox.caFile),
  })
  await rm(script)
  expect(output).toContain('balance 5.0000000')
})
