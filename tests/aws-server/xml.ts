// AWS's answers as text: the query protocol's XML, indented as AWS indents it.

import type { AwsError } from './errors.ts'

export type Content = string | readonly Content[] | { readonly [name: string]: Content }

export type Service = 'sts' | 'iam'

const namespaces = {
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
}

/** @param result what stands in `<ActionResult>` */
export function renderResult(service: Service, action: string, result: Content, requestId: string): string {
  const content = { [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } }
  return renderDocument(`${action}Response`, service, content)
}

export function renderError(service: Service, error: AwsError, requestId: string): string {
  const { type, code, message } = error
  const content = { Error: { Type: type, Code: code, Message: message }, RequestId: requestId }
  return renderDocument('ErrorResponse', service, content)
}

function renderDocument(name: string, service: Service, content: Content): string {
  return `<${name} xmlns="${namespaces[service]}">\n${renderContent(content, '  ')}</${name}>\n`
}

function renderContent(content: Content, indent: string): string {
  if (typeof content === 'string') return escapeText(content)
  const elements = isList(content)
    ? content.map((item) => ['member', item] as const)
    : Object.entries(content)
  return elements.map(([name, inner]) => indent + renderElement(name, inner, indent) + '\n').join('')
}

function renderElement(name: string, content: Content, indent: string): string {
  const inner = renderContent(content, indent + '  ')
  return typeof content === 'string'
    ? `<${name}>${inner}</${name}>`
    : `<${name}>\n${inner}${indent}</${name}>`
}

// Array.isArray does not narrow a readonly array away.
function isList(content: Content): content is readonly Content[] {
  return Array.isArray(content)
}

function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
