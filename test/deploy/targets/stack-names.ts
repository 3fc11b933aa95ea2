/** The stacks that the tests deploy, and how each is known for theirs: two of them are named as README names a user's own. */
export const STACKS = {
  deployed: 'Deployed',
  readme: 'MyJobs',
  init: 'MyAppStack',
  esModules: 'Mail',
} as const

/** What `cdk bootstrap` makes, once an account and region. */
export const BOOTSTRAP_STACK = 'CDKToolkit'

export const TAG = 'sluice-deploy-test'

/** For `cdk deploy`. */
export const TAGGED = ['--tags', `${TAG}=yes`] as const
