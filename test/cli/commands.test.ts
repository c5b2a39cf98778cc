import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build, fairlead, run } from '../flows/running.ts'
import { freshDatabase, onServer } from '../database.ts'

/** The program as a shell sees it: what it prints and its exit code. */
let folder: string
beforeAll(async () => {
  await build()
  folder = await mkdtemp(join(tmpdir(), 'fairlead-commands-'))
}, 90_000)
afterAll(() => rm(folder, { recursive: true }))

async function outcomeOf(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const program = run('fairlead', [fairlead, ...args], env)
  return { code: await program.ended(), said: program.said() }
}

describe('fairlead', () => {
  it.each([[[]], [['help']], [['--help']]])('explains itself when asked: %j', async (args) => {
    const { code, said } = await outcomeOf(args)
    expect(code).toBe(0)
    expect(said).toMatch(/^fairlead <command>\n\n {2}sandbox {2}.*\n[^]*\n {2}demo {2}/)
  })

  it.each([[['strat']], [['network']], [['network', 'reset']], [['constructor']]])(
    'explains itself when it knows no such command, and says so by its exit code: %j',
    async (args) => {
      const { code, said } = await outcomeOf(args)
      expect(code).toBe(2)
      expect(said).toMatch(/^fairlead <command>\n/)
    },
  )

  it.each([[['start', '--help']], [['network', 'resume', '--help']], [['demo', '--help']]])(
    'explains itself instead of doing what is asked about: %j',
    async (args) => {
      const { code, said } = await outcomeOf(args)
      expect(code).toBe(0)
      expect(said).toMatch(/^fairlead <command>\n/)
    },
  )

  it('has a page of its own for the network of the sandbox', async () => {
    const { code, said } = await outcomeOf(['sandbox', 'network', '--help'])
    expect(code).toBe(0)
    expect(said).toMatch(/^fairlead sandbox network/)
  })

  it.each([
    [['start', '--rol', 'worker'], /Unknown option '--rol'/],
    [['start', '--role', 'gatway'], /--role is gateway or worker, not gatway/],
    [['migrate', '--env-file'], /'--env-file <value>' argument missing/],
    [['network', 'status', '--by', 'ada'], /Unknown option '--by'/],
    [['network', 'resume', 'now'], /Unexpected argument 'now'/],
    [['doctor', '--jsn'], /Unknown option '--jsn'/],
    [['sandbox', '--without-gatway'], /Unknown option '--without-gatway'/],
    [['demo', '--corect-data'], /Unknown option '--corect-data'/],
  ])(
    'refuses what it does not know in one line, before it does anything: %j',
    async (args, why) => {
      const { code, said } = await outcomeOf(args)
      expect(code).toBe(2)
      expect(said).toMatch(why)
      expect(said.trim().split('\n')).toHaveLength(1)
    },
  )

  it('lists what is missing and does not start, without a stack', async () => {
    const { code, said } = await outcomeOf(['start', '--role', 'gateway'])
    expect(code).toBe(1)
    expect(said).toMatch(/FAIRLEAD_CONFIG is missing/)
    expect(said).not.toMatch(/^\s+at /m)
  })

  it.each([[['migrate']], [['network', 'status']]])('names what it needs: %j', async (args) => {
    const { code, said } = await outcomeOf(args)
    expect(code).toBe(1)
    expect(said).toMatch(/DATABASE_URL is missing/)
  })

  it('migrates our tables and those of the queue, and reads settings from a file', async () => {
    const { url, drop } = await freshDatabase()
    await onServer(url, `drop schema bullmq cascade`)
    const file = join(folder, 'settings')
    await writeFile(file, `DATABASE_URL=${url}\n`)
    const again = await outcomeOf(['migrate', '--env-file', file])
    expect(again).toEqual({ code: 0, said: 'The database is up to date\n' })
    await onServer(url, `drop schema bullmq cascade`) // throws if the tables of the queue are not there
    const status = await outcomeOf(['network', 'status', '--env-file', file])
    expect(status.code).toBe(0)
    expect(status.said).toContain('Collecting is not stopped')
    const decided = await outcomeOf(['network', 'resume'], { DATABASE_URL: url })
    expect(decided).toEqual({
      code: 1,
      said: 'Nothing was ever stopped: there is nothing to decide\n',
    })
    await drop()
  })
})
