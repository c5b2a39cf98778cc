import { Networks } from '@stellar/stellar-sdk'
import { expect, test } from 'vitest'
import { runSandboxNetwork } from '../../../src/sandbox/network/command.ts'
import { spawnNetwork } from './network-child.ts'

async function run(...argv: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = []
  const code = await runSandboxNetwork(argv, (line) => lines.push(line))
  return { code, text: lines.join('\n') }
}

test.each([
  [['--passphrase', Networks.PUBLIC], 'the passphrase of the public network'],
  [['--host', '0.0.0.0'], '--allow-non-loopback'],
  [['--mode', 'fast'], 'there is no mode "fast"'],
  [['--port', 'eight'], '"eight" is not a number'],
  [['--unheard-of'], '--unheard-of'],
  [['--replay', 'no-such-file.json'], 'could not be replayed'],
])('refuses %j with a sentence and without starting (SBX-119)', async (argv, sentence) => {
  const { code, text } = await run(...argv)
  expect(code).toBe(2)
  expect(text).toContain(sentence)
})

test('explains itself', async () => {
  const { code, text } = await run('--help')
  expect(code).toBe(0)
  expect(text).toContain('--data-dir')
})

test('says it is not for production, and shows the root secret only when asked (SBX-119)', async () => {
  const secret = 'SDHOAMBNLGCE2MV5ZKIVZAQD3VCLGP53P3OBSBI6UN5L5XZI5TKHFQL4'
  const quiet = await spawnNetwork('--port', '0', '--https-port', '0')
  const open = await spawnNetwork('--port', '0', '--https-port', '0', '--show-root-secret')
  await Promise.all([quiet.kill('SIGTERM'), open.kill('SIGTERM')])
  expect(quiet.output).toContain('NOT FOR PRODUCTION')
  expect(quiet.output).not.toContain(secret)
  expect(open.output).toContain(secret)
})

test('hears a signal as soon as it says that it is ready', async () => {
  const before = process.listeners('SIGTERM')
  const argv = ['--port', '0', '--https-port', '0']
  const code = await runSandboxNetwork(argv, (line) => {
    if (!line.startsWith('ready ')) return
    const listening = process.listeners('SIGTERM').filter((one) => !before.includes(one))
    if (listening.length === 0) throw new Error('nobody listens yet')
    for (const tell of listening) tell('SIGTERM')
  })
  expect(code).toBe(0)
})
