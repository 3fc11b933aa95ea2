/** The name of a new loan, which no loan before it has had. */
import { loanIdIn } from '../../core/limits/chunk-name.ts'
import type { LoanId } from '../../core/limits/limiter.ts'
import type { Context } from '../context.ts'

export const newLoanId = ({ random }: Pick<Context, 'random'>, chunk = 0): LoanId =>
  loanIdIn(random.token() as string as LoanId, chunk)
