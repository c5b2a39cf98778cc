import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesOf, linesWith, textOf } from './repository.ts'

/** Rules of the house that no linter knows. A failure prints the places and what to do instead. */

const code = filesOf('src', 'jobs', 'migrations').filter((path) => path.endsWith('.ts'))
const tests = filesOf('test').filter((path) => path.endsWith('.ts'))
const own = filesOf('.').filter(
  (path) =>
    !path.startsWith('schema/generated/') &&
    !/\.(png|jpg|ico|woff2|gz)$/.test(path) &&
    path !== 'package-lock.json',
)

describe('words', () => {
  /** Vague in a file name; the question leads to the better one. */
  const vagueFiles: Readonly<Record<string, string>> = {
    utils: 'which rule or format is this?',
    util: 'which rule or format is this?',
    helpers: 'which rule or format is this?',
    helper: 'which rule or format is this?',
    misc: 'which rule or format is this?',
    lib: 'which rule or format is this?',
    common: 'who owns it?',
    shared: 'who owns it?',
    base: 'who owns it?',
    manager: 'what verb?',
    handler: 'what verb?',
    handlers: 'what verb?',
    processor: 'what verb?',
    engine: 'what verb?',
  }
  /** Refused as the whole name of a file: it stands next to the rule it belongs to instead. */
  const vagueNames = ['types', 'constants', 'interfaces', 'index', 'service', 'services', 'models']

  it('no file or folder has a name under which anything could lie', () => {
    const found = [...code, ...tests].flatMap((path) => {
      const parts = path.replace(/\.ts$/, '').split('/')
      const words = parts.flatMap((part) => part.split(/[-.]/))
      const vague = words.filter((word) => word in vagueFiles)
      const name = basename(path).split('.')[0] ?? ''
      return [
        ...vague.map((word) => `${path}: "${word}": ${vagueFiles[word]}`),
        ...(vagueNames.includes(name) ? [`${path}: next to which rule does it belong?`] : []),
      ]
    })
    expect(found).toEqual([])
  })

  /** Refused in declared names; the sandbox is an island with words of its own. */
  const vagueWords: Readonly<Record<string, string>> = {
    helper: 'which rule is this?',
    helpers: 'which rule is this?',
    util: 'which rule is this?',
    utils: 'which rule is this?',
    manager: 'what verb?',
    handler: 'what verb?',
    processor: 'what verb?',
    engine: 'what verb?',
    misc: 'which rule is this?',
  }
  /** Refused where our own words are spoken; adapters speak those of their technology too. */
  const refusedWords: Readonly<Record<string, string>> = {
    ...vagueWords,
    trx: 'transaction (a transfer), or commit (of the database)',
    usr: 'customer, or client',
    user: 'customer, client, or operator',
    admin: 'operator',
    acct: 'account',
    cfg: 'config',
    reversal: 'refund',
    publisher: 'relay',
    dispatcher: 'relay',
  }
  const declared = /\b(?:const|let|function|class|interface|type|enum)\s+([A-Za-z_$][\w$]*)/g

  it('one word for one thing, in every declared name', () => {
    const found = code
      .filter((path) => !path.startsWith('src/sandbox/'))
      .flatMap((path) => {
        const refused = path.startsWith('src/adapters/') ? vagueWords : refusedWords
        return [...textOf(path).matchAll(declared)].flatMap(([, name = '']) =>
          name
            .split(/(?=[A-Z])|_/)
            .map((word) => word.toLowerCase())
            .filter((word) => word in refused)
            .map((word) => `${path}: ${name}: not "${word}", but ${refused[word]}`),
        )
      })
    expect(found).toEqual([])
  })

  it('an open end names its issue', () => {
    const open = /(\/\/|\*|#|<!--).*\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\): \S)/
    const others = own.filter(
      (path) => path !== 'test/tidy.test.ts' && path !== 'CONTRIBUTING.md' && !isData(path),
    )
    expect(linesWith(open, others)).toEqual([])
  })

  it('nothing tells of the machine it was written on', () => {
    const machine = new RegExp(
      [
        ['', 'work', ''].join('/'),
        ['', 'home', '\\w'].join('/'),
        ['', 'Users', '\\w'].join('/'),
        ['\\.\\.', 'shared\\b'].join('/'),
        'registry\\.(npmjs|yarnpkg|npmmirror)',
        'verdaccio|artifactory',
      ].join('|'),
    )
    const others = own.filter((path) => path !== 'test/tidy.test.ts' && !isData(path))
    expect(linesWith(machine, others)).toEqual([])
  })
})

describe('purity', () => {
  const decisions = code.filter((path) => /^src\/(domain|usecases)\//.test(path))

  it('domain and use-cases are told the time and the dice', () => {
    const impure = /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b/
    expect(linesWith(impure, decisions)).toEqual([])
  })

  it('money and fees never become a float', () => {
    const money = decisions.filter((path) => /^src\/domain\/(money|fee)\//.test(path))
    expect(money.length).toBeGreaterThan(0)
    const float = /\bNumber\(|\bNumber\.parse|\bparseFloat\b|\bparseInt\b|\bMath\.\w+/
    expect(linesWith(float, money)).toEqual([])
  })

  it('the environment is read in one file, and by the command line', () => {
    const elsewhere = code.filter(
      (path) => path !== 'src/config/env.ts' && !/^src\/cli(\.ts|\/)/.test(path),
    )
    expect(linesWith(/\bprocess\.env\b/, elsewhere)).toEqual([])
  })
})

describe('files', () => {
  /** Where a reader, or Node, comes in from outside. */
  const doors: Readonly<Record<string, string>> = {
    'src/cli.ts': 'the command',
    'src/demo/demo.ts': 'a process of its own, started by the command',
    'src/graphql/emit-schema.ts': 'npm run schema',
    'src/sandbox/network/preload.ts': 'given to Node with --import by clients',
  }
  const imported = /(?:from|import\()\s*'(\.[^']+\.ts)'|^import '(\.[^']+\.ts)'/gm

  it('each one is reached from a door, but the twins in memory, which are for tests', () => {
    const reached = new Set<string>()
    const reach = (path: string): void => {
      if (reached.has(path)) return
      reached.add(path)
      for (const [, from, bare] of textOf(path).matchAll(imported)) {
        const next = join(dirname(path), from ?? bare ?? '')
        if (code.includes(next)) reach(next)
      }
    }
    for (const door of Object.keys(doors)) reach(door)
    const orphans = code.filter(
      (path) => !reached.has(path) && !path.startsWith('src/adapters/memory/'),
    )
    expect(orphans).toEqual([])
  })

  it('each migration says why it is there and what it locks', () => {
    const silent = code
      .filter((path) => /^migrations\/\d/.test(path))
      .filter((path) => !/\/\*\*[^/]*\block/i.test(textOf(path)))
    expect(silent).toEqual([])
  })
})

describe('tests', () => {
  it('no test is left out or alone', () => {
    const left = /\b(it|test|describe)\.(skip|only|todo)\b(?!If)/
    const naming = /^test\/(tidy\.test|conformance\/(conformance\.test|titles))\.ts$/ // what they look for
    const others = tests.filter((path) => !naming.test(path))
    expect(linesWith(left, others)).toEqual([])
  })

  /** Where the passing of time is not waited for, but is what is done to the thing under test. */
  const mayPause: Readonly<Record<string, string>> = {
    'test/until.ts': 'looks again after a while: it is what all others wait with',
    'test/adapters/event-records.test.ts': 'holds commits open, so that later ones overtake',
    'test/flows/subscriber.ts': 'a client that connects again, as clients do, after a while',
    'test/tidy.test.ts': 'names what it looks for',
  }

  it('no test sleeps: it waits for a condition with a deadline', () => {
    const sleep = /\bawait (sleep|delay|wait)\(\d|await new Promise\(\(?\w+\)? => setTimeout\(/
    const others = tests.filter((path) => !(path in mayPause))
    expect(linesWith(sleep, others)).toEqual([])
  })

  it('no test replaces a module: files share them, so another one would meet the stand-in', () => {
    const replaced = /\bvi\.(do)?(un)?mock\(|\bvi\.resetModules\(/i
    expect(linesWith(replaced, tests)).toEqual([])
  })
})

describe('packages', () => {
  interface Package {
    readonly dependencies?: Readonly<Record<string, string>>
    readonly devDependencies?: Readonly<Record<string, string>>
    readonly optionalDependencies?: Readonly<Record<string, string>>
    readonly overrides?: Readonly<Record<string, string>>
    readonly scripts?: Readonly<Record<string, string>>
    readonly resolved?: string
    readonly integrity?: string
    readonly link?: boolean
  }
  const manifest = JSON.parse(textOf('package.json')) as Package // npm's own form
  const lock = JSON.parse(textOf('package-lock.json')) as {
    readonly packages: Readonly<Record<string, Package>>
  }

  it('each version is exact', () => {
    const all = {
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
      ...manifest.overrides,
    }
    const loose = Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-|$)/.test(version))
    expect(loose).toEqual([])
  })

  it('the lock file has every optional package, also those of other platforms', () => {
    const names = new Set(
      Object.keys(lock.packages).map((path) => path.replace(/^.*node_modules\//, '')),
    )
    const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !names.has(name))
        .map((name) => `${path} wants ${name}`),
    )
    expect(missing).toEqual([])
  })

  it('the lock file tells what was downloaded, not from where', () => {
    const entries = Object.entries(lock.packages).filter(([path]) => path !== '')
    expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
    expect(entries.filter(([, { integrity }]) => integrity === undefined)).toEqual([])
  })

  it('npm run check and CI run every check there is', () => {
    const checks = Object.keys(manifest.scripts ?? {}).filter((name) => name.startsWith('check:'))
    const all = [...checks.map((name) => `npm run ${name}`), 'npm test']
    expect(manifest.scripts?.['check']).toBe(all.join(' && '))
    expect(textOf('.ci/run')).toContain(`for check in ${checks.join(' ')}; do`)
  })
})

/** Recorded answers of other programs, kept as they came. */
function isData(path: string): boolean {
  return path.startsWith('test/sandbox/vectors/') || /\.(json|txt|xdr)$/.test(path)
}
