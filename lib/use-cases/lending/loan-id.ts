/** The name of a new loan, which no loan before it has had. */
import type { LoanId } from '../../core/limits/limiter.ts'
import type { Context } from '../context.ts'

export const newLoanId = ({ random }: Pick<Context, 'random'>): LoanId => random.token() as string as LoanId
