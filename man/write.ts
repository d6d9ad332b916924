import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }
import { renderManPage } from './man-page.ts'

// https://reproducible-builds.org/docs/source-date-epoch/
const seconds = process.env['SOURCE_DATE_EPOCH']
const date = seconds === undefined ? new Date() : new Date(Number(seconds) * 1000)

writeFileSync(
  join(import.meta.dirname, 'aws-mfa-env.1'),
  renderManPage(packageJson.version, date.toISOString().slice(0, 10)),
)
