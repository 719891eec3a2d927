// Ory's own SDK on its way to a new password. Nothing of it knows postrider: only the base path is another one.
//
//   node walk.mjs <way>      BASE, KRATOS, ADDRESS and what else the way needs come in the environment
//
// What it cannot know (a code from a mail, say) it asks for: a line «? name» on its output is answered by a
// line on its input. At the end stands one line «= {…}» with what it has seen.

import assert from "node:assert/strict"
import { createInterface } from "node:readline"
import { setTimeout } from "node:timers/promises"
import { Configuration, FrontendApi } from "@ory/client"
import axios from "axios"

const { BASE, KRATOS, ADDRESS, PASSWORD, FLOW, TOKEN, PATIENT } = process.env
const http = axios.create()
const ory = new FrontendApi(new Configuration({ basePath: BASE }), undefined, http)
const kratos = new FrontendApi(new Configuration({ basePath: KRATOS }), undefined, http)

// A Kratos with its database in memory is busy at times, and says so with an error.code of 500.
http.interceptors.response.use(undefined, async (error) => {
  const busy = PATIENT && error.response?.data?.error?.code >= 500
  error.config.tries = (error.config.tries ?? 0) + 1
  if (!busy || error.config.tries > 20) throw error
  await setTimeout(100)
  return http.request(error.config)
})

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
async function ask(what) {
  process.stdout.write(`? ${what}\n`)
  const { value, done } = await lines.next()
  assert(!done, `nobody answers to ${what}`)
  return value
}

/** What a call that must be refused is refused with. */
async function refusal(call) {
  const error = await call.then(() => assert.fail("it was not refused"), (error) => error)
  assert(error.response, String(error))
  return error.response
}

const texts = (flow) => [...(flow.ui.messages ?? []), ...flow.ui.nodes.flatMap((node) => node.messages)].map((m) => m.id)
const step = (answer, action) => (answer.continue_with ?? []).find((one) => one.action === action)
const leadsHere = (flow) => assert(flow.ui.action.startsWith(`${BASE}/self-service/`), flow.ui.action)

/** From a flow in which a code was sent to a session. */
async function codes(flow) {
  const code = await ask("code")
  const submit = (code) => ory.updateRecoveryFlow({ flow, updateRecoveryFlowBody: { method: "code", code } })
  const wrong = await submit(await ask("wrong code"))
  assert.equal(wrong.status, 200)
  assert.deepEqual(texts(wrong.data), [4060006])
  assert(!step(wrong.data, "set_ory_session_token"))
  leadsHere(wrong.data)
  const passed = await submit(code)
  assert.equal(passed.data.state, "passed_challenge")
  const token = step(passed.data, "set_ory_session_token").ory_session_token
  // As after a response that was lost.
  assert.deepEqual((await submit(code)).data, passed.data)
  return { token, settings: step(passed.data, "show_settings_ui").flow.id }
}

/** The new password, first one that is too short. */
async function password({ token, settings }) {
  const given = await ory.getSettingsFlow({ id: settings, xSessionToken: token })
  assert.equal(given.data.id, settings)
  leadsHere(given.data)
  const begun = await ory.createNativeSettingsFlow({ xSessionToken: token })
  leadsHere(begun.data)
  const submit = (password) => ory.updateSettingsFlow({
    flow: begun.data.id, xSessionToken: token, updateSettingsFlowBody: { method: "password", password },
  })
  const short = await refusal(submit("short"))
  assert.equal(short.status, 400)
  assert.deepEqual(texts(short.data).filter((id) => id === 4000032), [4000032])
  const set = await submit(PASSWORD)
  assert.equal(set.data.state, "success")
  const session = await ory.toSession({ xSessionToken: token })
  assert.equal(session.data.active, true)
  return session.data
}

/** A log-in with the new password: again over the same base path, and a first one at Kratos. */
async function logIn(token, address) {
  const body = { method: "password", identifier: address, password: PASSWORD }
  const again = await ory.createNativeLoginFlow({ refresh: true, xSessionToken: token })
  assert.deepEqual(texts(again.data).filter((id) => id === 1010003), [1010003])
  leadsHere(again.data)
  const read = await ory.getLoginFlow({ id: again.data.id }, { headers: { "X-Session-Token": token } })
  assert.equal(read.data.id, again.data.id)
  const submit = (body) => ory.updateLoginFlow({ flow: again.data.id, xSessionToken: token, updateLoginFlowBody: body })
  assert.equal((await refusal(submit({ ...body, password: "not the password" }))).status, 400)
  assert((await submit(body)).data.session_token)
  const first = await kratos.createNativeLoginFlow()
  const logged = await kratos.updateLoginFlow({ flow: first.data.id, updateLoginFlowBody: body })
  assert(logged.data.session_token)
}

/** With a second factor, which is asked for before anything else. */
async function secondFactor({ token, settings }) {
  const required = await refusal(ory.toSession({ xSessionToken: token }))
  assert.deepEqual([required.status, required.data.error.id], [403, "session_aal2_required"])
  const refused = await refusal(ory.updateSettingsFlow({
    flow: settings, xSessionToken: token, updateSettingsFlowBody: { method: "password", password: PASSWORD },
  }))
  assert.deepEqual([refused.status, refused.data.error.id], [403, "session_aal2_required"])
  const begun = await ory.createNativeLoginFlow({ aal: "aal2", xSessionToken: token })
  leadsHere(begun.data)
  const read = await ory.getLoginFlow({ id: begun.data.id }, { headers: { "X-Session-Token": token } })
  assert.equal(read.data.requested_aal, "aal2")
  const submit = (body) => ory.updateLoginFlow({ flow: begun.data.id, xSessionToken: token, updateLoginFlowBody: body })
  if (process.argv[2] === "totp") {
    const wrong = await refusal(submit({ method: "totp", totp_code: "000000" }))
    assert.deepEqual([wrong.status, texts(wrong.data)], [400, [4000008]])
    const stepped = await submit({ method: "totp", totp_code: await ask("totp") })
    assert.equal(stepped.data.session_token, token)
  } else {
    const wrong = await refusal(submit({ method: "lookup_secret", lookup_secret: "00000000" }))
    assert.deepEqual([wrong.status, texts(wrong.data)], [400, [4000016]])
    const stepped = await submit({ method: "lookup_secret", lookup_secret: await ask("lookup") })
    assert.equal(stepped.data.session_token, token)
  }
}

/** What an admin's recovery says of itself, by the id that the mail's link holds. */
async function issued() {
  const flow = await ory.getRecoveryFlow({ id: FLOW })
  assert.equal(flow.data.state, "sent_email")
  leadsHere(flow.data)
  return flow.data.id
}

const ways = {
  /** A user's own recovery. */
  async recover() {
    const begun = await ory.createNativeRecoveryFlow()
    leadsHere(begun.data)
    const body = { method: "code", email: ADDRESS }
    const sent = await ory.updateRecoveryFlow({ flow: begun.data.id, updateRecoveryFlowBody: body })
    assert.equal(sent.data.state, "sent_email")
    const passed = await codes(begun.data.id)
    const after = await ory.getRecoveryFlow({ id: begun.data.id })
    assert.equal(after.data.state, "passed_challenge")
    const session = await password(passed)
    await logIn(passed.token, ADDRESS)
    return { session: session.id }
  },
  /** An admin's code, with our id from beginning to end. */
  async issued() {
    await issued()
    const passed = await codes(FLOW)
    const session = await password(passed)
    await logIn(passed.token, ADDRESS)
    return { session: session.id }
  },
  /** The same for somebody with a second factor, with the id that Kratos gave. */
  async totp() {
    const passed = await codes(await issued())
    await secondFactor(passed)
    const session = await password(passed)
    return { session: session.id, aal: session.authenticator_assurance_level }
  },
  async lookup() {
    return ways.totp()
  },
  /** Sets a second factor up, with a session that the user has. */
  async enable() {
    const begun = await ory.createNativeSettingsFlow({ xSessionToken: TOKEN })
    const submit = (body) => ory.updateSettingsFlow({
      flow: begun.data.id, xSessionToken: TOKEN, updateSettingsFlowBody: body,
    })
    const secret = begun.data.ui.nodes.find((node) => node.attributes.id === "totp_secret_key").attributes.text.text
    await submit({ method: "totp", totp_code: await ask(`totp ${secret}`) })
    const made = await submit({ method: "lookup_secret", lookup_secret_regenerate: true })
    const shown = made.data.ui.nodes.find((node) => node.attributes.id === "lookup_secret_codes").attributes.text
    await submit({ method: "lookup_secret", lookup_secret_confirm: true })
    return { totp: secret, lookup: shown.context.secrets.map((one) => one.context.secret) }
  },
}

const seen = await ways[process.argv[2]]()
process.stdout.write(`= ${JSON.stringify(seen)}\n`)
process.exit(0)
