import assert from "node:assert/strict"
import { test } from "node:test"
import * as http from "asyncio-ts/http"

/** As callers without types may give it. */
function wrong(value: unknown): never {
  return value as never
}

const URL_ = "http://localhost/"

/** What `make` refuses, with the words that its message must have. */
function refused(make: () => unknown, message: RegExp, kind: ErrorConstructor = TypeError): void {
  assert.throws(make, (error) => {
    assert.ok(error instanceof kind, `${String(make)}: ${String(error)}`)
    assert.match(error.message, message)
    assert.doesNotMatch(error.message, /SECRET/)
    return true
  }, String(make))
}

test("a client refuses options that cannot be meant, by their names", () => {
  const make = (options: object) => (): unknown => new http.Client(options)
  refused(make({ verify: "no" }), /^verify is true or false, but "no" was given$/)
  refused(make({ verify: null }), /^verify is true or false, but null/)
  refused(make({ http2: 1 }), /^http2 is true or false, but 1/)
  refused(make({ followRedirects: "no" }), /^followRedirects is true or false/)
  refused(make({ socketPath: 5 }), /^socketPath is text, not 5/)
  refused(make({ localAddress: 5 }), /^localAddress is text, not 5/)
  refused(make({ signal: {} }), /^the signal of a Client is an AbortSignal, but an Object/)
  refused(make({ tls: 5 }), /^tls is an object of options, not 5/)
  refused(make({ limits: null }), /^limits is an object of options, not null/)
  refused(make({ limits: 5 }), /^limits is an object of options, not 5/)
  refused(make({ limits: { keepaliveExpiry: -1 } }), /^limits.keepaliveExpiry is at least 0 seconds, but is -1/, RangeError)
  refused(make({ hooks: 5 }), /^hooks is an object of options, not 5/)
  refused(make({ hooks: { requests: () => 0 } }), /^hooks has no "requests"; there are request, response$/)
  refused(make({ hooks: { request: 5 } }), /^hooks.request is a function or a list of them, not 5/)
  refused(make({ retries: { attempts: 1, tries: 2 } }), /^retries has no option "tries"; there are attempts/)
  refused(make({ retries: { attempts: 1, methods: "POST" } }), /^methods of retries are a list, not "POST"/)
  refused(make({ retries: { attempts: 1, statuses: 500 } }), /^statuses of retries are a list, not 500/)
  refused(make({ proxy: 5 }), /a proxy is a URL .* not 5$/)
})

test("a request refuses them at the call", () => {
  const client = new http.Client()
  const get = (options: unknown) => (): unknown => client.get(URL_, wrong(options))
  refused(get(null), /^the options of a request are an object, not null/)
  refused(() => http.get(URL_, wrong(null)), /^the options of a request are an object, not null/)
  refused(() => http.get(URL_, wrong({ baseUrl: URL_ })), /no option "baseUrl"/)
  refused(get({ signal: 5 }), /^the signal of a request is an AbortSignal, but 5/)
  refused(get({ followRedirects: "no" }), /^followRedirects is true or false/)
  refused(get({ timeout: { toString: 1 } }), /no "toString"/)
  refused(get({ auth: { apply: 5 } }), /^apply of auth is a function, but 5/)
  refused(get({ query: ["ab"] }), /^a query is pairs of a name and a value, not "ab"/)
  refused(get({ query: { a: () => 1 } }), /^the query's "a" is text, .* not function a/)
  const post = (options: unknown) => (): unknown => client.post(URL_, wrong(options))
  refused(post({ body: null }), /^a body is text, .* not null$/)
  refused(post({ form: ["ab"] }), /^a form is pairs of a name and a value, not "ab"/)
  refused(post({ form: [null] }), /^a form is pairs of a name and a value, not null/)
  refused(post({ form: { a: () => 1 } }), /^the form's "a" is text, /)
  refused(post({ files: { f: null } }), /^a body is text, .* not null$/)
  refused(post({ files: { f: { content: "x", filename: 5 } } }), /^the filename of the file "f" is text, not 5/)
})

test("no message shows a password, a token or a cookie", () => {
  const client = new http.Client()
  refused(() => client.get("http://user:SECRET@h:99999/a?b=SECRET"), /^"http:\/\/…@h:99999\/a\?…" is no URL$/)
  refused(() => client.get("//user:SECRET@host/"), /^"\/\/…@host\/" is a relative URL/)
  refused(() => new http.Client({ baseUrl: "http://user:SECRET@h:99999/" }), /not "http:\/\/…@h:99999\/"$/)
  refused(() => new http.Client({ proxy: "http://user:SECRET@h:99999/" }), /not "http:\/\/…@h:99999\/"$/)
  refused(() => client.get("http://%zz:SECRET@h/"), /user or password of a URL has a % that begins no character/)
  refused(() => new http.Client({ proxy: "http://%zz:SECRET@h/" }), /user or password of a URL/)
  refused(() => client.get(URL_, { auth: wrong("SECRET") }), /not a string$/)
  refused(() => client.get(URL_, { headers: wrong("authorization: SECRET") }), /not text$/)
  refused(() => client.get(URL_, { headers: wrong(["authorization: SECRET"]) }), /not text$/)
  for (const value of ["SECRET;x", "SECRET\r\n", "SECRET€"]) refused(() => client.get(URL_, { cookies: { sid: value } }), /^"sid" with what was given is no cookie/)
  refused(() => new http.BearerAuth("SECRET\r\nx: y"), /^a bearer token is text in ASCII without spaces/)
})

test("credentials are text", () => {
  refused(() => new http.BearerAuth(wrong(undefined)), /^a bearer token is text/)
  for (const kind of [http.BasicAuth, http.DigestAuth]) {
    refused(() => new kind(wrong(undefined), "x"), /but the user is undefined$/)
    refused(() => new kind("x", wrong(undefined)), /but the password is undefined$/)
    refused(() => new kind("x\r\ny: z", "x"), /^the user of an auth is text of one line$/)
  }
})
