/** A terminal's screen as an SVG, for a page that is light or dark. */

const colors = {
  light: {
    ground: '#ffffff',
    bar: '#f0f2f4',
    edge: '#d1d9e0',
    text: '#1f2328',
    prompt: '#1a7f37',
    typed: '#0550ae',
  },
  dark: {
    ground: '#0d1117',
    bar: '#161b22',
    edge: '#30363d',
    text: '#e6edf3',
    prompt: '#3fb950',
    typed: '#79c0ff',
  },
} as const

export type Theme = keyof typeof colors
export const themes = Object.keys(colors) as Theme[]

const lineHeight = 20
/** Of a character of the font at 14 pixels, as wide as the widest of those named. */
const columnWidth = 8.5
const margin = 18
const barHeight = 34

/** @param prompt what stands before the lines that somebody has typed */
export function renderTerminal(lines: readonly string[], theme: Theme, prompt = '$ '): string {
  const color = colors[theme]
  const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * columnWidth) + 2 * margin
  const height = barHeight + lines.length * lineHeight + 2 * margin - 8
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (fill, index) => `<circle cx="${20 + index * 20}" cy="17" r="6" fill="${fill}"/>`,
  )
  const texts = lines.flatMap((line, index) => {
    if (line === '') return []
    const y = barHeight + margin + 6 + index * lineHeight
    return `<text x="${margin}" y="${y}" xml:space="preserve">${renderLine(line, prompt)}</text>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A terminal session with awsmfa">`,
    `<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace;fill:${color.text};white-space:pre}.p{fill:${color.prompt}}.t{fill:${color.typed};font-weight:600}</style>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="${color.ground}" stroke="${color.edge}"/>`,
    `<path d="M1 ${barHeight}V8a7 7 0 0 1 7-7h${width - 16}a7 7 0 0 1 7 7v${barHeight - 8}z" fill="${color.bar}"/>`,
    ...dots,
    ...texts,
    '</svg>\n',
  ].join('\n')
}

function renderLine(line: string, prompt: string): string {
  if (!line.startsWith(prompt)) return escapeText(line)
  return `<tspan class="p">${escapeText(prompt)}</tspan><tspan class="t">${escapeText(line.slice(prompt.length))}</tspan>`
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
