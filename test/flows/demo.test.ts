import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { freshDatabase } from '../database.ts'
import { until } from '../until.ts'
import { build, fairlead, run } from './running.ts'

beforeAll(build)

/** Runs the demo as a newcomer does; answers its exit code and the steps of its timeline. */
async function demo(...flags: readonly string[]) {
  const running = run('demo', [fairlead, 'demo', ...flags])
  const code = await running.ended()
  if (code !== 0) process.stderr.write(running.said())
  const line = /^ *\d+\.\d\d s {2}(●| {2}◀) (.{34}) ?(.*)$/gm
  const steps = [...running.said().matchAll(line)].map(([, , step = '']) => step.trim())
  return { code, steps, said: running.said() }
}

const beginning = [
  'stellar.toml read',
  'logged in (SEP-10)',
  'subscribed (GraphQL)',
  'sender registered (SEP-12)',
  'receiver registered (SEP-12)',
]
const paid = ['opened', 'transaction opened (SEP-31)', 'paid on Stellar', 'fundsReceived']
const end = ['payoutDelivered', 'delivered', "bank's book"]

/** What we do and what we hear run side by side: only the order within each is certain. */
const events = ['opened', 'fundsReceived', 'customerInfoWanted', 'infoReceived', 'payoutDelivered']
const heardIn = (steps: readonly string[]) => steps.filter((step) => events.includes(step))
const doneIn = (steps: readonly string[]) => steps.filter((step) => !events.includes(step))

it('brings a payment from login to delivery in the demo, step by step', async () => {
  const { code, steps, said } = await demo()
  expect(code).toBe(0)
  const expected = [...beginning, ...paid, ...end]
  expect(doneIn(steps)).toEqual(doneIn(expected))
  expect(heardIn(steps)).toEqual(heardIn(expected))
  expect(said).toContain('paid out exactly once')
  expect(said).toMatch(/^ready http\S+\n\n/m) // what the sandbox says is apart from what the demo does
}, 120_000)

it('lets the bank refuse a field in the demo, corrects it, and sees the delivery', async () => {
  const { code, steps, said } = await demo('--correct-data')
  expect(code).toBe(0)
  const correction = [
    'customerInfoWanted',
    'asked what to correct (SEP-12)',
    'corrected (SEP-12)',
    'infoReceived',
  ]
  const expected = [...beginning, ...paid, ...correction, ...end]
  expect(doneIn(steps)).toEqual(doneIn(expected))
  expect(heardIn(steps)).toEqual(heardIn(expected))
  expect(said).toContain('bank_account_number: The bank does not know')
}, 120_000)

it('takes the sandbox of the demo away when the demo is interrupted', async () => {
  const told = await mkdtemp(join(tmpdir(), 'fairlead-told-'))
  const doors = ['PUBLIC', 'HTTPS', 'INTERNAL', 'SANDBOX', 'SANDBOX_HTTPS', 'BANK']
  const ports = [8080, 8443, 8085, 8000, 8001, 8090].map(String)
  const ofAnother = Object.fromEntries(
    doors.map((door, place) => [`FAIRLEAD_${door}_PORT`, ports[place] ?? '']),
  )
  const running = run('demo', [fairlead, 'demo'], { ...ofAnother, FAIRLEAD_DATA_DIR: told })
  await until(() => running.said().includes('sandbox.json'), 'the sandbox to be there', 60_000)
  const [dataDir = ''] = /\S+(?=\/sandbox\.json)/.exec(running.said()) ?? []
  expect(existsSync(dataDir)).toBe(true)
  const world = await readFile(join(dataDir, 'sandbox.json'), 'utf8')
  expect(world.match(/:(8080|8443|8085|8000|8001|8090)\b/g)).toBeNull() // those are left to others
  expect(await running.end('SIGINT')).toBe(130)
  expect(existsSync(dataDir)).toBe(false)
  expect(running.said()).not.toContain('The demo failed') // the payment was ended too
  expect(await readdir(told)).toEqual([]) // nor is a sandbox of somebody else touched
  await rm(told, { recursive: true })
}, 90_000)

it('ends the demo when its sandbox cannot start, and leaves nothing behind', async () => {
  const TMPDIR = await mkdtemp(join(tmpdir(), 'fairlead-no-demo-'))
  const DATABASE_URL = 'postgres://localhost:1/none'
  const running = run('demo', [fairlead, 'demo'], { DATABASE_URL, TMPDIR })
  expect(await running.ended()).toBe(1)
  expect(running.said()).toMatch(/Does PostgreSQL run, and is DATABASE_URL right\?\n$/) // and no stack
  expect(await readdir(TMPDIR)).toEqual([])
  await rm(TMPDIR, { recursive: true })
}, 60_000)

it('ends the demo when its sandbox is killed, and leaves nothing behind', async () => {
  const TMPDIR = await mkdtemp(join(tmpdir(), 'fairlead-killed-demo-'))
  const { url: DATABASE_URL, drop } = await freshDatabase()
  const running = run('demo', [fairlead, 'demo'], { DATABASE_URL, TMPDIR })
  const world = async () => {
    const [folder = ''] = await readdir(TMPDIR)
    return readFile(join(TMPDIR, folder, 'sandbox.json'), 'utf8').catch(() => '')
  }
  await until(async () => (await world()) !== '', 'the world of the sandbox', 60_000)
  process.kill((JSON.parse(await world()) as { readonly pid: number }).pid, 'SIGKILL')
  expect(await running.ended()).toBe(1)
  expect(await readdir(TMPDIR)).toEqual([])
  await rm(TMPDIR, { recursive: true })
  await drop()
}, 90_000)

it('says why the demo failed, and ends with 1', async () => {
  const running = run('demo without a sandbox', ['dist/src/demo/demo.js', 'none/sandbox.json'])
  expect(await running.ended()).toBe(1)
  expect(running.said()).toContain('The demo failed: ENOENT: no such file or directory')
}, 30_000)
