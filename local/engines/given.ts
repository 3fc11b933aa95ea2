/** Engines that the environment names, so that none is started. */
type Service = 'DYNAMODB' | 'SQS' | 'S3'

/**
 * Where a service is: `DYNAMODB_ENDPOINT` and the like, or `AWS_ENDPOINT_URL` for an emulator of all of them. If its
 * certificate is its own, Node takes the file from `NODE_EXTRA_CA_CERTS`.
 */
export function givenEndpoint(
  service: Service,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const given = environment[`${service}_ENDPOINT`] || environment['AWS_ENDPOINT_URL']
  return given ? given.replace(/\/$/, '') : undefined
}
