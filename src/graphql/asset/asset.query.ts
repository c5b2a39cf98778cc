import { Ctx, Query, Resolver } from 'type-graphql'
import type { PartnerContext } from '../partner/context.ts'
import { AssetNode, writeAsset } from './asset.type.ts'

@Resolver()
export class AssetQueries {
  @Query(() => [AssetNode], {
    description: 'What the anchor receives and pays out, with limits and fees.',
  })
  assets(@Ctx() context: PartnerContext): AssetNode[] {
    return context.rooms.assets.map(writeAsset)
  }
}
