// What every variant of the benchmark asks: a server that answers at once, so that it is the caller that is measured.
const { createServer } = require('node:http')

const answer = (expiration) => `<GetSessionTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetSessionTokenResult>
    <Credentials>
      <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
      <SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey>
      <SessionToken>${'A'.repeat(356)}</SessionToken>
      <Expiration>${expiration}</Expiration>
    </Credentials>
  </GetSessionTokenResult>
  <ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ResponseMetadata>
</GetSessionTokenResponse>
`

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.setHeader('Content-Type', 'text/xml')
    response.end(answer(new Date(Date.now() + 43_200_000).toISOString().replace(/\.\d+/, '')))
  })
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
