import { xdr } from '@stellar/stellar-sdk'
import { done } from './operation-rule.ts'

type Successes = { readonly [Type in xdr.OperationBody['type']]?: xdr.OperationResult }

const successes: Successes = {
  inflation: done(xdr.OperationResultTr.inflation(xdr.InflationResult.inflationSuccess([]))),
  liquidityPoolDeposit: done(
    xdr.OperationResultTr.liquidityPoolDeposit(
      xdr.LiquidityPoolDepositResult.liquidityPoolDepositSuccess(),
    ),
  ),
  liquidityPoolWithdraw: done(
    xdr.OperationResultTr.liquidityPoolWithdraw(
      xdr.LiquidityPoolWithdrawResult.liquidityPoolWithdrawSuccess(),
    ),
  ),
}

/** What stands in a result for an operation this network does not have and nobody looked at. */
export const unsupportedSuccess = (body: xdr.OperationBody): xdr.OperationResult =>
  successes[body.type] ?? xdr.OperationResult.opNotSupported()
