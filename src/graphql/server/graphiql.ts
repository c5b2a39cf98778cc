import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { FastifyInstance } from 'fastify'

const resolve = createRequire(import.meta.url).resolve

/** From npm packages on this machine; nothing is fetched from elsewhere. */
const assets = {
  'react.js': { from: 'react', file: 'umd/react.production.min.js', type: 'text/javascript' },
  'react-dom.js': {
    from: 'react-dom',
    file: 'umd/react-dom.production.min.js',
    type: 'text/javascript',
  },
  'graphiql.js': { from: 'graphiql', file: 'graphiql.min.js', type: 'text/javascript' },
  'graphiql.css': { from: 'graphiql', file: 'graphiql.min.css', type: 'text/css' },
} as const

/** Serves GraphiQL at `/graphiql` for the API at `path` of the same listener. */
export async function mountGraphiql(
  app: FastifyInstance,
  page: { readonly path: string; readonly title: string; readonly firstQuery: string },
): Promise<void> {
  const html = writePage(page)
  app.get('/graphiql', (_request, reply) => reply.type('text/html; charset=utf-8').send(html))
  for (const [name, { from, file, type }] of Object.entries(assets)) {
    const text = await readFile(join(dirname(resolve(`${from}/package.json`)), file))
    app.get(`/graphiql/${name}`, (_request, reply) =>
      reply
        .header('cache-control', 'public, max-age=3600')
        .type(`${type}; charset=utf-8`)
        .send(text),
    )
  }
}

const writePage = (page: {
  readonly path: string
  readonly title: string
  readonly firstQuery: string
}) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${page.title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/graphiql/graphiql.css">
<style>html, body, #graphiql { height: 100%; margin: 0 }</style>
</head>
<body>
<div id="graphiql">Loading …</div>
<script src="/graphiql/react.js"></script>
<script src="/graphiql/react-dom.js"></script>
<script src="/graphiql/graphiql.js"></script>
<script>
const url = new URL(${JSON.stringify(page.path)}, location.href).href
const fetcher = GraphiQL.createFetcher({ url, subscriptionUrl: url.replace(/^http/, 'ws') })
ReactDOM.createRoot(document.getElementById('graphiql')).render(React.createElement(GraphiQL, {
  fetcher,
  shouldPersistHeaders: true,
  defaultHeaders: '{ "authorization": "" }',
  defaultQuery: ${JSON.stringify(page.firstQuery)},
}))
</script>
</body>
</html>
`
