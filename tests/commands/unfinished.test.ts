import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { withSandbox } from '../real-shells/run.ts'
import { preloading, toolProgram, toolWords } from './tool.ts'

it('a run that has nothing left to wait for is no success', () =>
  withSandbox(async (sandbox) => {
    // Node.js does not wait for such a stdin, as for a connection that a library has lost.
    const hook = join(sandbox.folder, 'hook.cjs')
    await writeFile(hook, 'process.stdin.unref()\n')
    const child = spawn(toolProgram, [...toolWords, '-s', 'sh', '-'], {
      env: { PATH: process.env['PATH'], HOME: sandbox.home, ...preloading(hook) },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (text) => {
      output.stdout += text
    })
    child.stderr.on('data', (text) => {
      output.stderr += text
    })
    const status = await new Promise((resolve) => child.on('close', resolve))
    expect({ status, stdout: output.stdout }).toEqual({ status: 1, stdout: '(exit 1);\n' })
    expect(output.stderr).toMatch(
      /^aws-mfa-env: error: this is a bug .*\nError: the run has stopped before its end\n/,
    )
  }))
