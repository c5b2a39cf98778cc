import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readOptions } from './options.ts'
import { untilToldToStop } from './until-told-to-stop.ts'

const command = fileURLToPath(new URL('../cli.js', import.meta.url))
const payment = fileURLToPath(new URL('../demo/demo.js', import.meta.url))

/** Any free ports: a sandbox that runs already is left alone. */
const freePorts = {
  FAIRLEAD_PUBLIC_PORT: '0',
  FAIRLEAD_HTTPS_PORT: '0',
  FAIRLEAD_INTERNAL_PORT: '0',
  FAIRLEAD_SANDBOX_PORT: '0',
  FAIRLEAD_SANDBOX_HTTPS_PORT: '0',
  FAIRLEAD_BANK_PORT: '0',
}

/** As a shell says it of a program that was interrupted. */
const interrupted = 130

/** `fairlead demo`: a sandbox of its own, one payment by a process of its own, and everything away again. */
export async function demo(args: readonly string[]): Promise<number> {
  readOptions(args, { 'correct-data': 'flag' })
  const told = untilToldToStop().then(() => interrupted)
  const dataDir = await mkdtemp(join(tmpdir(), 'fairlead-demo-'))
  const sandbox = spawn(process.execPath, [command, 'sandbox'], {
    env: { ...process.env, ...freePorts, FAIRLEAD_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const outcome = await Promise.race([untilReady(sandbox), told])
    if (outcome !== 'ready') return outcome
    const sending = spawn(process.execPath, [payment, join(dataDir, 'sandbox.json'), ...args], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const code = await Promise.race([ended(sending), told])
    if (code === interrupted) sending.kill('SIGTERM')
    return code
  } finally {
    sandbox.kill('SIGTERM')
    await ended(sandbox)
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** Passes on what the sandbox says until it is ready; one that ends before has said why, and answers its code. */
async function untilReady(sandbox: ChildProcess): Promise<'ready' | number> {
  let said = ''
  const ready = new Promise<'ready'>((resolve) => {
    sandbox.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      process.stdout.write(text)
      if (/^ready /m.test(said)) resolve('ready')
    })
  })
  const outcome = await Promise.race([ready, ended(sandbox)])
  if (outcome === 'ready') process.stdout.write('\n')
  return outcome
}

/** One that was killed has no code; it has failed. */
const ended = (child: ChildProcess): Promise<number> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode ?? 1)
    : new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
