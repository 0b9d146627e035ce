// Unmodified public clients against a running Doorward. What they need to know comes in the environment:
//   DOORWARD        where it runs, its issuer
//   CLIENT          id:secret of a client
//   ASSERTION       id of a client that signs its assertions, and ASSERTION_KEY its private key as a JWK
//   RESOURCE        the audience whose access tokens are JWTs, and RESOURCE_KEY id:secret of that audience's own client
//   OPAQUE          the audience whose access tokens are opaque
//   SESSION         a live session's token, for the exchange
import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as dpop from 'dpop'
import * as jose from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'

const env = (name) => process.env[name] ?? assert.fail(`${name} is not set`)
const issuer = new URL(env('DOORWARD'))
const resource = env('RESOURCE')
const pair = (text) => [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)]
const [clientID, clientSecret] = pair(env('CLIENT'))
const [audienceID, audienceSecret] = pair(env('RESOURCE_KEY'))
const insecure = { [oauth.allowInsecureRequests]: true } // it runs on this machine, without TLS

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'

const configured = (id, secret, authentication) =>
  openid.discovery(issuer, id, secret, authentication, { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] })

test('openid-client discovers, gets a token with Basic, and with the secret in the body', async () => {
  for (const authentication of [openid.ClientSecretBasic(clientSecret), openid.ClientSecretPost(clientSecret)]) {
    const config = await configured(clientID, undefined, authentication)
    const answer = await openid.clientCredentialsGrant(config, { resource })
    assert.equal(answer.token_type, 'bearer')
    assert.ok(answer.expires_in > 0 && answer.expires_in <= 3600)
  }
})

test('openid-client introspects its own token, revokes it, and sees it end', async () => {
  const config = await configured(clientID, clientSecret)
  const { access_token } = await openid.clientCredentialsGrant(config, { resource })
  const live = await openid.tokenIntrospection(config, access_token)
  assert.equal(live.active, true)
  assert.equal(live.aud, resource)
  assert.equal(live.client_id, clientID)
  await openid.tokenRevocation(config, access_token)
  assert.deepEqual(await openid.tokenIntrospection(config, access_token), { active: false })
})

test('openid-client proves itself by a signed assertion (private_key_jwt)', async () => {
  const key = await crypto.subtle.importKey('jwk', JSON.parse(env('ASSERTION_KEY')), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
  const config = await configured(env('ASSERTION'), undefined, openid.PrivateKeyJwt(key))
  const answer = await openid.clientCredentialsGrant(config, { resource })
  assert.equal(jose.decodeJwt(answer.access_token).client_id, env('ASSERTION'))
})

test('openid-client is told of a wrong secret as RFC 6749 says', async () => {
  const config = await configured(clientID, undefined, openid.ClientSecretPost('not-the-secret'))
  await assert.rejects(openid.clientCredentialsGrant(config, { resource }), { error: 'invalid_client' })
})

test('openid-client exchanges a session for an access token of one audience', async () => {
  const config = await configured(audienceID, audienceSecret)
  const answer = await openid.genericGrantRequest(config, exchange, {
    subject_token: env('SESSION'), subject_token_type: env('SESSION_TYPE'), resource,
  })
  assert.equal(answer.issued_token_type, accessTokenType)
  const claims = jose.decodeJwt(answer.access_token)
  assert.equal(claims.aud, resource)
  assert.match(claims.sub, /^person:/)
})

test('openid-client binds a token to a key (DPoP)', async () => {
  const config = await configured(clientID, clientSecret)
  const keys = await openid.randomDPoPKeyPair('ES256')
  const answer = await openid.clientCredentialsGrant(config, { resource }, { DPoP: openid.getDPoPHandle(config, keys) })
  assert.equal(answer.token_type, 'dpop')
  const { jkt } = jose.decodeJwt(answer.access_token).cnf
  assert.equal(jkt, await jose.calculateJwkThumbprint(await jose.exportJWK(keys.publicKey)))
})

const server = async () => {
  const answer = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })
  return oauth.processDiscoveryResponse(issuer, answer)
}

test('oauth4webapi finds every answer valid: discovery, token, introspection, revocation', async () => {
  const as = await server()
  const client = { client_id: clientID }
  const authentication = oauth.ClientSecretBasic(clientSecret)
  for (const target of [resource, env('OPAQUE')]) {
    const token = await oauth.processClientCredentialsResponse(as, client,
      await oauth.clientCredentialsGrantRequest(as, client, authentication, { resource: target }, insecure))
    const introspected = await oauth.processIntrospectionResponse(as, client,
      await oauth.introspectionRequest(as, client, authentication, token.access_token, insecure))
    assert.equal(introspected.active, true)
    assert.equal(introspected.aud, target)
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, authentication, token.access_token, insecure))
  }
})

test('oauth4webapi, as a resource server, takes an access token for it and refuses it for another', async () => {
  const as = await server()
  const client = { client_id: clientID }
  const { access_token } = await oauth.processClientCredentialsResponse(as, client,
    await oauth.clientCredentialsGrantRequest(as, client, oauth.ClientSecretBasic(clientSecret), { resource }, insecure))
  const request = () => new Request(resource, { headers: { authorization: `Bearer ${access_token}` } })
  const claims = await oauth.validateJwtAccessToken(as, request(), resource, insecure)
  assert.equal(claims.client_id, clientID)
  await assert.rejects(oauth.validateJwtAccessToken(as, request(), 'https://another.example.test/', insecure))
})

test('oauth4webapi, as a resource server, takes a bound access token with its proof only', async () => {
  const as = await server()
  const client = { client_id: clientID }
  const keys = await dpop.generateKeyPair('ES256')
  const proof = await dpop.generateProof(keys, as.token_endpoint, 'POST')
  const { access_token } = await oauth.processClientCredentialsResponse(as, client,
    await oauth.clientCredentialsGrantRequest(as, client, oauth.ClientSecretBasic(clientSecret), { resource },
      { ...insecure, headers: { DPoP: proof } }))
  const bound = async (headers) => oauth.validateJwtAccessToken(as, new Request(resource, { headers }), resource, insecure)
  await bound({ authorization: `DPoP ${access_token}`, DPoP: await dpop.generateProof(keys, resource, 'GET', undefined, access_token) })
  await assert.rejects(bound({ authorization: `Bearer ${access_token}` }))
  const others = await dpop.generateKeyPair('ES256')
  await assert.rejects(bound({ authorization: `DPoP ${access_token}`, DPoP: await dpop.generateProof(others, resource, 'GET', undefined, access_token) }))
})

test('oauth4webapi finds the metadata of the installation as a protected resource valid (RFC 9728)', async () => {
  const metadata = await oauth.processResourceDiscoveryResponse(issuer, await oauth.resourceDiscoveryRequest(issuer, insecure))
  assert.deepEqual(metadata.authorization_servers.map((one) => new URL(one).href), [issuer.href])
})

test('jose verifies an access token by the published keys, and nothing else', async () => {
  const config = await configured(clientID, clientSecret)
  const { access_token } = await openid.clientCredentialsGrant(config, { resource })
  const keys = jose.createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri))
  const rules = { issuer: config.serverMetadata().issuer, audience: resource, typ: 'at+jwt', algorithms: ['ES256'], requiredClaims: ['exp', 'sub', 'jti', 'client_id'] }
  const { payload } = await jose.jwtVerify(access_token, keys, rules)
  assert.equal(payload.client_id, clientID)
  await assert.rejects(jose.jwtVerify(access_token, keys, { ...rules, audience: 'https://another.example.test/' }))
  await assert.rejects(jose.jwtVerify(access_token.slice(0, -2) + 'AA', keys, rules))
})

test('dpop makes proofs that the token endpoint takes once', async () => {
  const config = await configured(clientID, clientSecret)
  const { token_endpoint } = config.serverMetadata()
  const keys = await dpop.generateKeyPair('EdDSA').catch(() => dpop.generateKeyPair('ES256'))
  const proof = await dpop.generateProof(keys, token_endpoint, 'POST')
  const ask = () => fetch(token_endpoint, {
    method: 'POST',
    headers: { DPoP: proof, authorization: 'Basic ' + btoa([clientID, clientSecret].map(encodeURIComponent).join(':')) },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
  })
  const first = await ask()
  assert.equal(first.status, 200)
  assert.equal((await first.json()).token_type, 'DPoP')
  const again = await ask()
  assert.equal(again.status, 400)
  assert.equal((await again.json()).error, 'invalid_dpop_proof')
})
