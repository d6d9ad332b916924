// Writes this process's environment to the file named, as `env -0` does.
import { writeFileSync } from 'node:fs'

const entries = Object.entries(process.env).map(([name, value]) => `${name}=${value}\0`)
writeFileSync(process.argv[2], entries.join(''))
