// The yardstick: the least that Node.js can do to send this request and print the answer.
const { request } = require('node:http')
const { writeSync } = require('node:fs')

const body = process.argv[3]
const headers = {
  'Content-Type': 'application/x-www-form-urlencoded',
  'Content-Length': Buffer.byteLength(body),
}
const sent = request(process.argv[2], { method: 'POST', headers }, (response) => {
  let text = ''
  response.setEncoding('utf8')
  response.on('data', (chunk) => {
    text += chunk
  })
  response.on('end', () => writeSync(1, text))
})
sent.end(body)
