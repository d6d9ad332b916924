import type { Plugin } from 'rolldown'

/**
 * Has the bundle load each of Node.js's own modules where it is used, not where the file begins: `node:crypto`,
 * `node:net` and `node:child_process` cost milliseconds, and most runs need none of them.
 */
export function lazyBuiltIns(): Plugin {
  return {
    name: 'lazy-built-ins',
    renderChunk(code) {
      const getters: string[] = []
      let rest = code
      for (const [line, variable, module] of code.matchAll(
        /^let (node_\w+) = require\("(node:[\w/]+)"\);\n/gm,
      )) {
        const use = new RegExp(`(?<![\\w$.])${variable}(?=\\.)`, 'g')
        const lazy = rest.replace(line, '').replace(use, `builtIns.${variable}`)
        // What is handed on as a whole, to be read like a module of another format, stays as it is.
        if (new RegExp(`(?<![\\w$.])${variable}(?![\\w$])`).test(lazy)) continue
        rest = lazy
        getters.push(`get ${variable}() { return require("${module}") }`)
      }
      // By "import", `node:http` would be loaded with every name it exports, and so with undici and HTTP/2.
      rest = rest.replace(/\bimport\("(node:[\w/]+|\.\/[\w-]+\.cjs)"\)/g, 'Promise.resolve(require("$1"))')
      if (/\bbuiltIns\b/.test(code)) throw new Error('the name builtIns is taken')
      return rest.replace(/^(#!.*\n)?/, `$1const builtIns = { ${getters.join(', ')} };\n`)
    },
  }
}
