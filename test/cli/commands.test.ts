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
  return { code: await program.ended(), said: program.said(), complained: program.complained() }
}

const explained = `fairlead <command>

  sandbox            a complete world on this machine: gateway, Stellar network, bank, database
  sandbox network    the local Stellar network alone; --help tells more
  start              the gateway and its worker, configured by environment and fairlead.yaml
                     --role gateway | worker   only this role
                     --env-file FILE           settings from a file
  migrate            bring the database to this version
  network status     how far the Stellar network is read, and whether collecting is stopped
  network accept-reset
                     the network was reset: read its new run from the beginning
  network resume     go on in the same run after a gap, or once Horizon is mended
                     --by NAME                 who says so; by default the user of this machine
                     --env-file FILE           settings from a file
  doctor             look at all that a start relies on, and say what to mend
                     --env-file FILE           settings from a file
                     --json                    for a script
  demo               send one payment through a sandbox of its own
                     --correct-data            let the bank refuse a field, and correct it

`

describe('fairlead', () => {
  it.each([[[]], [['help']], [['--help']]])('explains itself when asked: %j', async (args) => {
    expect(await outcomeOf(args)).toEqual({ code: 0, said: explained, complained: '' })
  })

  it.each([[['strat']], [['network']], [['network', 'reset']], [['constructor']]])(
    'explains itself when it knows no such command, and says so by its exit code: %j',
    async (args) => {
      expect(await outcomeOf(args)).toEqual({ code: 2, said: explained, complained: '' })
    },
  )

  it.each([
    [['sandbox', '--help']],
    [['start', '--help']],
    [['migrate', '--help']],
    [['network', 'status', '--help']],
    [['network', 'accept-reset', '--help']],
    [['network', 'resume', '--help']],
    [['doctor', '--json', '--help']],
    [['demo', '--help']],
  ])('explains itself instead of doing what is asked about: %j', async (args) => {
    expect(await outcomeOf(args)).toEqual({ code: 0, said: explained, complained: '' })
  })

  it('has a page of its own for the network of the sandbox', async () => {
    const { code, said } = await outcomeOf(['sandbox', 'network', '--help'])
    expect(code).toBe(0)
    expect(said).toMatch(/^fairlead sandbox network/)
  })

  it.each([
    [['start', '--rol', 'worker'], /^Unknown option '--rol'/],
    [['start', '--role', 'gatway'], /^--role is gateway or worker, not gatway\n$/],
    [['migrate', '--env-file'], /'--env-file <value>' argument missing/],
    [['network', 'status', '--by', 'ada'], /^Unknown option '--by'/],
    [['network', 'accept-reset', '--name', 'ada'], /^Unknown option '--name'/],
    [['network', 'resume', 'now'], /^Unexpected argument 'now'/],
    [['doctor', '--jsn'], /^Unknown option '--jsn'/],
    [['sandbox', '--without-gatway'], /^Unknown option '--without-gatway'/],
    [['demo', '--corect-data'], /^Unknown option '--corect-data'/],
  ])(
    'refuses what it does not know in one line, before it does anything: %j',
    async (args, why) => {
      const { code, said, complained } = await outcomeOf(args)
      expect(code).toBe(2)
      expect(said).toMatch(why)
      expect(said.trim().split('\n')).toHaveLength(1)
      expect(complained).toBe(said) // and nothing to who reads what it answers
    },
  )

  it('lists what is missing and does not start, without a stack', async () => {
    const { code, said } = await outcomeOf(['start', '--role', 'gateway'])
    expect(code).toBe(1)
    expect(said).toMatch(/FAIRLEAD_CONFIG is missing/)
    expect(said).not.toMatch(/^\s+at /m)
  })

  it.each([
    [['migrate']],
    [['network', 'status']],
    [['network', 'accept-reset']],
    [['network', 'resume']],
  ])('names what it needs: %j', async (args) => {
    const said = 'The configuration has 1 fault(s):\n  - DATABASE_URL is missing\n'
    expect(await outcomeOf(args)).toEqual({ code: 1, said, complained: said })
  })

  it('migrates our tables and those of the queue, and reads settings from a file', async () => {
    const { url, drop } = await freshDatabase()
    await onServer(url, `drop schema bullmq cascade`)
    const file = join(folder, 'settings')
    await writeFile(file, `DATABASE_URL=${url}\n`)
    const quietly = { complained: '' }
    const again = await outcomeOf(['migrate', '--env-file', file])
    expect(again).toEqual({ code: 0, said: 'The database is up to date\n', ...quietly })
    await onServer(url, `drop schema bullmq cascade`) // throws if the tables of the queue are not there
    const status = await outcomeOf(['network', 'status', '--env-file', file])
    expect(status.code).toBe(0)
    expect(status.said).toContain('Collecting is not stopped')
    const decided = await outcomeOf(['network', 'resume'], { DATABASE_URL: url })
    expect(decided).toEqual({
      code: 1,
      said: 'Nothing was ever stopped: there is nothing to decide\n',
      ...quietly,
    })
    await drop()
  })

  it('lets an operator accept a reset, or resume, each by its own word', async () => {
    const { url, drop } = await freshDatabase()
    const words = { 'accept-reset': 'new_epoch by ada', resume: 'go_on by ada' }
    for (const [command, said] of Object.entries(words)) {
      await onServer(
        url,
        `insert into network_stop (epoch, reason, detail, elder, stopped_at)
         select max(number), 'reset', 'Horizon lost its memory', 9, now() from network_epoch`,
      )
      const args = ['network', command, '--by', 'ada']
      const decided = await outcomeOf(args, { DATABASE_URL: url })
      expect(decided.code).toBe(0)
      expect(decided.said).toContain(said)
    }
    await drop()
  })
})
