const rule = (name, from, to) => ({ name, severity: 'error', from, to })
const doors = '^(src/http|src/graphql|jobs)/'
module.exports = {
  forbidden: [
    rule('no-cycles', {}, { circular: true }),
    rule('domain-is-pure', { path: '^src/domain/' }, { pathNot: '^src/domain/' }),
    rule(
      'usecases-see-domain-only',
      { path: '^src/usecases/' },
      { pathNot: '^src/(usecases|domain)/' },
    ),
    rule(
      'adapters-see-ports-only',
      { path: '^src/adapters/' },
      { path: '^(src/(http|graphql|config|compose)|jobs/)|^src/usecases/(?!ports/)' },
    ),
    rule(
      'one-adapter-at-a-time',
      { path: '^src/adapters/([^/]+)/' },
      { path: '^src/adapters/', pathNot: '^src/adapters/$1/' },
    ),
    rule(
      'doors-stay-thin',
      { path: doors, pathNot: '^jobs/worker\\.ts$' },
      { path: '^src/(adapters|compose)' },
    ),
    rule('doors-ignore-each-other', { path: doors }, { path: doors, pathNot: '^$1/' }),
    rule(
      'one-composition-root',
      { pathNot: '^(src/(compose/|start\\.ts$|gateway\\.ts$)|test/)' },
      { path: '^src/compose/' },
    ),
    rule('src-ignores-tests', { path: '^(src|jobs)/' }, { path: '^test/' }),
    rule(
      'the-sandbox-is-an-island',
      { path: '^src/sandbox/' },
      { path: '^(src|jobs|migrations)/', pathNot: '^src/sandbox/' },
    ),
    rule(
      'only-the-command-line-knows-the-sandbox',
      { path: '^(src|jobs)/', pathNot: '^src/(sandbox/|cli)' },
      { path: '^src/sandbox/' },
    ),
    rule(
      'no-vague-names',
      {},
      {
        path: '(^|/)(utils?|helpers?|common|shared|misc|manager|base)(/|\\.|-)',
        pathNot: 'node_modules',
      },
    ),
  ],
  options: {
    parser: 'swc', // typescript 7 has no compiler API yet
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
}
