import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Networks } from '@stellar/stellar-sdk'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { runSandboxNetwork } from '../../../src/sandbox/network/command.ts'
import { CHAOS } from '../../../src/sandbox/network/faults/chaos.ts'

const signals = ['SIGINT', 'SIGTERM'] as const

/** The command is a process's last deed and leaves its listeners; here it is one of many. */
const before = signals.map((signal) => process.listeners(signal))
afterEach(() => {
  for (const [index, signal] of signals.entries()) {
    for (const one of process.listeners(signal)) {
      if (before[index]?.includes(one) !== true) process.off(signal, one)
    }
  }
})

async function run(...argv: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = []
  const code = await runSandboxNetwork(argv, (line) => lines.push(line))
  return { code, text: lines.join('\n') }
}

/** Starts it, does something as soon as it is ready, and then ends it as a terminal does. */
async function serving(
  argv: readonly string[],
  whenReady: (url: string) => Promise<void> = async () => undefined,
  signal: 'SIGINT' | 'SIGTERM' = 'SIGTERM',
) {
  const lines: string[] = []
  let used: Promise<void> = Promise.resolve()
  const running = runSandboxNetwork(argv, (line) => {
    lines.push(line)
    const [, url] = /^ready (\S+)$/.exec(line) ?? []
    if (url === undefined) return
    const told = process.listeners(signal).find((one) => !before.flat().includes(one))
    used = whenReady(url).finally(() => told?.(signal))
  })
  const code = await running
  await used
  return { code, lines }
}

const anyPorts = ['--port', '0', '--https-port', '0']

test.each([
  [['--passphrase', Networks.PUBLIC], 'the passphrase of the public network'],
  [['--host', '0.0.0.0'], '--allow-non-loopback'],
  [['--mode', 'fast'], 'there is no mode "fast"'],
  [['--port', 'eight'], '"eight" is not a number'],
  [['--https-port', '80a'], '"80a" is not a number'],
  [['--interval-ms', '1234567890'], '"1234567890" is not a number'],
  [['--unheard-of'], '--unheard-of'],
  [['--replay', 'no-such-file.json'], 'could not be replayed'],
])('refuses %j with a sentence and without starting (SBX-119)', async (argv, sentence) => {
  const { code, text } = await run(...argv)
  expect(code).toBe(2)
  expect(text).toContain(sentence)
})

const help = `fairlead sandbox network: a Stellar network on this machine. Not for production.

  --port N               Horizon API and friendbot over HTTP (8000)
  --https-port N         the same over HTTPS (8001), certificate of a local authority
  --data-dir DIR         keep the network there; without it everything is forgotten at the end
  --mode MODE            instant (default), interval or manual
  --interval-ms N        interval: time between ledgers (1000); instant: empty ledger after (5000)
  --seed TEXT            what everything random follows
  --passphrase TEXT      network passphrase (that of the test network)
  --chaos                a seeded mix of faults
  --host ADDRESS         address to listen on (127.0.0.1)
  --allow-non-loopback   let it be reached from elsewhere
  --show-root-secret     print the secret of the account that holds all coins
  --replay FILE          replay recorded answers of a real network and say what differs`

test('explains itself whole when asked, and to whoever gives an unknown option', async () => {
  expect(await run('--help', '--replay', 'no-such-file.json')).toEqual({ code: 0, text: help })
  expect(await run('--help', '--mode', 'fast')).toEqual({ code: 0, text: help })
  const { text } = await run('--unheard-of')
  expect(text).toMatch(/^Unknown option '--unheard-of'/)
  expect(text.slice(text.indexOf('\n\n'))).toBe(`\n\n${help}`)
})

test('says of several faults the gravest first, in a whole sentence (SBX-119)', async () => {
  const faults: readonly (readonly [option: string, value: string, sentence: string])[] = [
    [
      '--replay',
      'no.json',
      "no.json could not be replayed: ENOENT: no such file or directory, open 'no.json'",
    ],
    [
      '--passphrase',
      Networks.PUBLIC,
      'refused: the passphrase of the public network. This is a simulation, not a network.',
    ],
    [
      '--host',
      '0.0.0.0',
      'refused: 0.0.0.0 can be reached from elsewhere. Say --allow-non-loopback if that is meant.',
    ],
    ['--mode', 'fast', 'refused: there is no mode "fast". Say instant, interval or manual.'],
    ['--port', 'a', 'refused: "a" is not a number.'],
    ['--https-port', 'b', 'refused: "b" is not a number.'],
    ['--interval-ms', 'c', 'refused: "c" is not a number.'],
  ]
  for (const [index, [, , sentence]] of faults.entries()) {
    const argv = faults.slice(index).flatMap(([option, value]) => [option, value])
    expect(await run(...argv)).toEqual({ code: 2, text: sentence })
  }
})

test('says it is not for production and where everything is (SBX-08, SBX-119)', async () => {
  const { code, lines } = await serving([...anyPorts, '--seed', 'a seed of ours'])
  const [, url = ''] = lines.at(-1)?.split(' ') ?? []
  expect(url).toMatch(/^http:\/\/localhost:\d+$/)
  expect(lines).toEqual([
    'Fairlead sandbox network. NOT FOR PRODUCTION: no consensus, and its root key is public.',
    `  horizon     ${url}`,
    `  friendbot   ${url}/friendbot?addr=G…`,
    `  control     ${url}/_sandbox/state`,
    expect.stringMatching(/^  https       https:\/\/localhost:\d+$/),
    expect.stringMatching(/^  authority   NODE_EXTRA_CA_CERTS=\/.*\/tls\/ca\.pem$/),
    '  passphrase  Test SDF Network ; September 2015',
    '  seed        a seed of ours',
    `ready ${url}`,
  ])
  expect(code).toBe(0)
})

test('shows the root secret, and how to see its chaos again, when asked (SBX-116, SBX-119)', async () => {
  let state: unknown
  const argv = [...anyPorts, '--show-root-secret', '--chaos', '--seed', '7']
  const { lines } = await serving(argv, async (url) => {
    state = await (await fetch(`${url}/_sandbox/state`)).json()
  })
  expect(state).toMatchObject({ seed: '7', faults: CHAOS.map((order) => ({ order })) })
  expect(lines.slice(-4, -1)).toEqual([
    '  passphrase  Test SDF Network ; September 2015',
    '  seed        7 (chaos: start with the same seed to see it again)',
    '  root        SDHOAMBNLGCE2MV5ZKIVZAQD3VCLGP53P3OBSBI6UN5L5XZI5TKHFQL4',
  ])
})

test.each([
  [[], { mode: 'instant', idleMs: 5000 }],
  [['--interval-ms', '600000'], { mode: 'instant', idleMs: 600_000 }],
  [['--mode', 'interval'], { mode: 'interval', intervalMs: 1000 }],
  [['--mode', 'interval', '--interval-ms', '70000'], { mode: 'interval', intervalMs: 70_000 }],
  [['--mode', 'manual'], { mode: 'manual' }],
])('closes ledgers as %j says (SBX-30)', async (argv, pace) => {
  let state: unknown
  await serving([...anyPorts, ...argv], async (url) => {
    state = await (await fetch(`${url}/_sandbox/state`)).json()
  })
  expect(state).toMatchObject({ pace })
})

test('is let out of this machine when that was said (SBX-119)', async () => {
  const { code, lines } = await serving([...anyPorts, '--host', '0.0.0.0', '--allow-non-loopback'])
  expect(code).toBe(0)
  expect(lines.at(-1)).toMatch(/^ready http:\/\/localhost:\d+$/)
})

test.each([
  ['--https-port', '8000'],
  ['--port', '8001'],
])('takes port 8000, and 8001 over HTTPS, when nothing is said: only %s', async (given, port) => {
  // Where something else has the port, the refusal names it.
  const { lines } = await serving([given, '0'])
  expect(lines.join('\n')).toContain(`:${port}`)
})

test.each([
  [[], 0],
  [[{ name: 'broken', steps: [], endState: {} }], 1],
])('ends a replay of %j with %i', async (scenarios, ended) => {
  const folder = await mkdtemp(join(tmpdir(), 'replay-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'recorded.json')
  await writeFile(file, JSON.stringify(scenarios))
  const { code, text } = await run('--replay', file)
  expect(code).toBe(ended)
  expect(text).toContain(`${scenarios.length} scenarios, ${ended} differ, 0 deviate on purpose`)
})

test('is a network of the passphrase that was given', async () => {
  const { lines } = await serving([...anyPorts, '--passphrase', 'A network of ours'])
  expect(lines).toContain('  passphrase  A network of ours')
})

test('listens on the address that was given', async () => {
  const taken = createServer().listen(0, '0.0.0.0')
  onTestFinished(() => void taken.close())
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo // of a TCP server that listens
  const everywhere = ['--host', '0.0.0.0', '--allow-non-loopback']
  const { text } = await run(...everywhere, '--port', String(port), '--https-port', '0')
  expect(text).toContain(`address already in use 0.0.0.0:${port}`)
})

test('says why it could not start, and ends with 1', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void taken.close())
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo // of a TCP server that listens
  const { code, text } = await run('--port', String(port), '--https-port', '0')
  expect(code).toBe(1)
  expect(text).toBe(
    `the network could not start: listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
  )
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  'hears %s as soon as it says that it is ready, and answers until then (SBX-01)',
  async (signal) => {
    let [status, at] = [0, '']
    const answered = async (url: string) => {
      at = url
      status = (await fetch(url)).status
    }
    const { code } = await serving(anyPorts, answered, signal)
    expect([code, status]).toEqual([0, 200])
    await expect(fetch(at)).rejects.toThrow('fetch failed')
  },
)
