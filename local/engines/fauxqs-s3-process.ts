/**
 * Runs fauxqs's S3, which keeps objects as files: they survive a restart of the engine. Arguments: port, region, folder.
 */
import { startFauxqs } from 'fauxqs'

const [port = '', defaultRegion = '', s3StorageDir = ''] = process.argv.slice(2)
process.on('disconnect', () => process.exit())
await startFauxqs({ port: Number(port), host: '127.0.0.1', logger: false, defaultRegion, s3StorageDir })
