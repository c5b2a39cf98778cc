import { xdr } from '@stellar/stellar-sdk'
import { accountIdOf } from '../account-id.ts'
import { done, type BodyOf, type OperationRule } from './operation-rule.ts'

const begun = (value: xdr.BeginSponsoringFutureReservesResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.beginSponsoringFutureReserves(value))

const ended = (value: xdr.EndSponsoringFutureReservesResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.endSponsoringFutureReserves(value))

/** SBX-49: opens a sandwich; the account named need not exist yet. */
export const beginSponsoringFutureReserves: OperationRule<BodyOf<'beginSponsoringFutureReserves'>> =
  {
    threshold: 'medium',
    success: begun(xdr.BeginSponsoringFutureReservesResult.beginSponsoringFutureReservesSuccess()),
    check({ beginSponsoringFutureReservesOp: { sponsoredId } }, source) {
      if (accountIdOf(sponsoredId) !== source) return undefined
      return begun(xdr.BeginSponsoringFutureReservesResult.beginSponsoringFutureReservesMalformed())
    },
    apply({ beginSponsoringFutureReservesOp: { sponsoredId } }, { source, sponsorships }) {
      const sponsored = accountIdOf(sponsoredId)
      if (sponsorships.has(sponsored)) {
        return begun(
          xdr.BeginSponsoringFutureReservesResult.beginSponsoringFutureReservesAlreadySponsored(),
        )
      }
      if (sponsorships.has(source) || [...sponsorships.values()].includes(sponsored)) {
        return begun(
          xdr.BeginSponsoringFutureReservesResult.beginSponsoringFutureReservesRecursive(),
        )
      }
      sponsorships.set(sponsored, source)
      return beginSponsoringFutureReserves.success
    },
  }

/** SBX-49: closes the sandwich of the account that signs it. */
export const endSponsoringFutureReserves: OperationRule<BodyOf<'endSponsoringFutureReserves'>> = {
  threshold: 'medium',
  success: ended(xdr.EndSponsoringFutureReservesResult.endSponsoringFutureReservesSuccess()),
  check: () => undefined,
  apply(_body, { source, sponsorships }) {
    if (sponsorships.delete(source)) return endSponsoringFutureReserves.success
    return ended(xdr.EndSponsoringFutureReservesResult.endSponsoringFutureReservesNotSponsored())
  },
}
