import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'rolldown'

/**
 * Writes LICENSES.txt beside the bundle: the packages of which anything is in it, each text with those that it is for.
 * A package without a text fails the build.
 */
export function listLicenses(): Plugin {
  return {
    name: 'list-licenses',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
      const modules = chunks.flatMap((chunk) => Object.entries(chunk.modules))
      const folders = modules.flatMap(([id, { renderedLength }]) =>
        renderedLength > 0 ? findPackage(id) : [],
      )
      this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: renderLicenses(new Set(folders)) })
    },
  }
}

/** The folder of a module's package; none for a module of ours. */
function findPackage(id: string): string[] {
  // What joins the modules is the bundler's own.
  if (id.startsWith('\0rolldown/')) return [join('node_modules', 'rolldown')]
  return /^.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(id)?.slice(0, 1) ?? []
}

function renderLicenses(folders: Iterable<string>): string {
  const packages = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return { title: `${name} ${version} (${license})`, text: readTexts(folder) }
  })
  const titles = new Map<string, string[]>()
  for (const { title, text } of packages.sort((a, b) => (a.title < b.title ? -1 : 1))) {
    titles.set(text, [...(titles.get(text) ?? []), title])
  }
  const parts = [...titles].map(([text, those]) => `${those.join('\n')}\n\n${text}`)
  return `What is bundled in aws-mfa-env, and on which terms.\n\n${parts.join(`\n${'-'.repeat(79)}\n\n`)}`
}

function readTexts(folder: string): string {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name))
  if (names.length === 0) throw new Error(`${folder} has no text of a license`)
  const texts = names.sort().map((name) => readFileSync(join(folder, name), 'utf8'))
  return texts.map((text) => `${text.replaceAll('\r\n', '\n').trim()}\n`).join('\n')
}
