import { readFile } from 'node:fs/promises'
import { z } from 'zod'

const worldSchema = z.object({
  publicUrl: z.string(),
  horizonUrl: z.string(),
  bankUrl: z.string(),
  networkPassphrase: z.string(),
  homeDomain: z.string(),
  assets: z
    .array(z.object({ code: z.string(), issuer: z.string(), distributionAccount: z.string() }))
    .min(1),
  sendingAnchor: z.object({ publicKey: z.string(), secretKey: z.string() }),
})

/** What `sandbox.json` tells a script about a running sandbox. */
export type World = z.infer<typeof worldSchema>

export const readWorld = async (file: string): Promise<World> =>
  worldSchema.parse(JSON.parse(await readFile(file, 'utf8')))
