import { xdr } from '@stellar/stellar-sdk'
import { done } from './operation-rule.ts'

/** What stands in a result for an operation this network does not have and nobody looked at. */
export function unsupportedSuccess(body: xdr.OperationBody): xdr.OperationResult {
  switch (body.type) {
    case 'inflation': {
      const none = xdr.InflationResult.inflationSuccess([])
      return done(xdr.OperationResultTr.inflation(none))
    }
    case 'liquidityPoolDeposit': {
      const deposited = xdr.LiquidityPoolDepositResult.liquidityPoolDepositSuccess()
      return done(xdr.OperationResultTr.liquidityPoolDeposit(deposited))
    }
    case 'liquidityPoolWithdraw': {
      const withdrawn = xdr.LiquidityPoolWithdrawResult.liquidityPoolWithdrawSuccess()
      return done(xdr.OperationResultTr.liquidityPoolWithdraw(withdrawn))
    }
    default:
      return xdr.OperationResult.opNotSupported()
  }
}
