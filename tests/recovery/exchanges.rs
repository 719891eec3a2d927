//! Every recorded exchange that our client can meet, of every version, through the client: each
//! has one named outcome.

use crate::fake_kratos::{Exchange, FakeKratos, VERSIONS, names, recorded};
use crate::kratos::client;
use postrider::domain::{RecoveryCode, RecoveryFlow, Secret};
use postrider::kratos::{
    AddressOutcome, Caller, CodeOutcome, Forward, Issue, Kratos, KratosError, PasswordOutcome, RecoveryState, Verb,
    Whoami,
};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

/// Which call meets an exchange.
#[derive(Clone, Copy)]
enum Call {
    Issue,
    Identity,
    Find,
    Version,
    Ready,
    Begin,
    Read,
    Address,
    Code,
    Probe,
    Password,
    Whoami,
    Forward,
}
use Call::{
    Address, Begin, Code, Find, Forward as Forwarded, Identity, Issue as Admin, Password, Probe, Read, Ready, Version,
    Whoami as Who,
};

const TRANSITIONS: &str = "misconfigured feature_flags.use_continue_with_transitions";
const API_FLOW: &str = "misconfigured recovery.flow";
const CODE_OFF: &str = "misconfigured selfservice.methods.code.enabled";
const RECOVERY_OFF: &str = "misconfigured selfservice.flows.recovery.enabled";
const USE_CODE: &str = "misconfigured selfservice.flows.recovery.use";
const PASSWORD_OFF: &str = "misconfigured selfservice.methods.password.enabled";
const PUBLIC_URL: &str = "misconfigured kratos.public_url";
const ADMIN_URL: &str = "misconfigured kratos.admin_url";
const OLD: &[&str] = &["v1.0.0", "v1.1.0"];
const V1_0: &[&str] = &["v1.0.0"];

/// Name, call, outcome, and where some versions differ.
type Row = (&'static str, Call, &'static str, &'static [(&'static [&'static str], &'static str)]);

/// In v1.0 right codes lead to the browser; in v1.1 an admin's flow is always a browser's.
const BROWSERS: &[(&[&str], &str)] = &[(V1_0, TRANSITIONS), (&["v1.1.0"], API_FLOW)];
const V1_0_REDIRECTS: &[(&[&str], &str)] = &[(V1_0, TRANSITIONS)];

const TABLE: &[Row] = &[
    ("admin-code.ok", Admin, "issued", &[]),
    ("admin-code.browser", Admin, "issued", &[]),
    ("admin-code.default-lifespan", Admin, "issued", &[]),
    ("admin-code.fraction-expires-in", Admin, "issued", &[]),
    ("admin-code.huge-expires-in", Admin, "issued", &[]),
    ("admin-code.mixed-expires-in", Admin, "issued", &[]),
    ("admin-code.inactive-identity", Admin, "issued", &[]),
    ("admin-code.no-address", Admin, "issued", &[]),
    ("admin-code.short", Admin, "issued", &[]),
    ("no-transitions.admin-code.ok", Admin, "issued", &[]),
    ("no-transitions.admin-code.short", Admin, "issued", &[]),
    ("admin-code.unknown-identity", Admin, "identity not found", &[]),
    ("admin-code.missing-identity-id", Admin, "identity not found", &[]),
    ("admin-code.malformed-identity-id", Admin, "identity not found", &[]),
    ("admin-code.bad-expires-in", Admin, "expiry refused", &[]),
    ("admin-code.negative-expires-in", Admin, "expiry refused", &[]),
    ("admin-code.zero-expires-in", Admin, "expiry refused", &[]),
    ("admin-code.spaced-expires-in", Admin, "expiry refused", &[]),
    ("admin-code.on-public-port", Admin, ADMIN_URL, &[]),
    ("admin-code.on-public-port-without-prefix", Admin, ADMIN_URL, &[]),
    ("code-off.admin-code", Admin, CODE_OFF, &[]),
    ("identity.get", Identity, "identity u@example.org", &[]),
    ("identity.get-unknown", Identity, "no identity", &[]),
    ("identity.get-on-public-port", Identity, ADMIN_URL, &[]),
    ("identity.find", Find, "1 identities", &[]),
    ("identity.find-none", Find, "0 identities", &[]),
    ("admin-identities.on-public-port", Find, ADMIN_URL, &[]),
    ("version", Version, "master", &[]),
    ("ready", Ready, "ready", &[]),
    ("native.init", Begin, "begun", &[]),
    ("v2.init", Begin, "begun v2", &[]),
    ("recovery-off.init", Begin, RECOVERY_OFF, &[]),
    ("code-off.init", Begin, CODE_OFF, &[]),
    ("use-link.init", Begin, USE_CODE, &[]),
    ("init.on-admin-port", Begin, PUBLIC_URL, &[]),
    ("flow-get.admin-flow", Read, "open api", &[(OLD, "open browser")]),
    ("flow-get.admin-browser-flow", Read, "open browser", &[]),
    ("flow-get.passed-flow", Read, "passed api", &[(OLD, "passed browser")]),
    ("flow-get.expired", Read, "expired", &[]),
    ("flow-get.expired-browser", Read, "expired", &[]),
    ("flow-get.unknown", Read, "not found", &[]),
    ("flow-get.malformed", Read, "not found", &[]),
    ("flow-get.missing-id", Read, "not found", &[]),
    ("flow-get.replacement-after-expiry", Read, "not found", &[]),
    ("flow-get.replacement-after-limit", Read, "open api", &[(OLD, "not found")]),
    ("no-transitions.flow-get.admin-flow", Read, "open api", &[(OLD, "open browser")]),
    ("no-transitions.flow-get.passed-flow", Read, "passed api", &[(OLD, "passed browser")]),
    ("no-transitions.flow-get.expired", Read, "expired", &[]),
    ("no-transitions.flow-get.expired-browser", Read, "expired", &[]),
    ("no-transitions.flow-get.unknown", Read, "not found", &[]),
    ("no-transitions.flow-get.malformed", Read, "not found", &[]),
    ("no-transitions.flow-get.missing-id", Read, "not found", &[]),
    ("no-transitions.flow-get.replacement-after-expiry", Read, "not found", &[]),
    ("no-transitions.flow-get.replacement-after-limit", Read, "open api", &[(OLD, "not found")]),
    ("recovery-off.flow-get", Read, RECOVERY_OFF, &[]),
    ("v2.admin-flow-get", Read, "open api", &[]),
    ("native.submit-email", Address, "sent", &[]),
    ("native.mail-with-channels-set", Address, "sent", &[]),
    ("native.resend", Address, "sent", &[]),
    ("native.unknown-address", Address, "sent", &[]),
    ("native.bad-email", Address, "refused", &[]),
    ("native.missing-email", Address, "refused", &[]),
    ("native.expired-flow", Address, "gone", V1_0_REDIRECTS),
    ("native.without-method", Address, USE_CODE, &[]),
    ("native.unknown-method", Address, USE_CODE, &[(&["v1.0.0", "v1.1.0", "v1.2.0"], "refused")]),
    ("native.after-unknown-method", Address, USE_CODE, &[(&["v1.0.0", "v1.1.0", "v1.2.0"], "sent")]),
    ("use-link.submit-email", Address, USE_CODE, &[]),
    ("submit.email-to-passed-flow", Address, "unreachable", &[(V1_0, TRANSITIONS), (&["HEAD"], "failed 500")]),
    // A choice that Kratos asks of us is answered; the answers that follow are those of the fake.
    ("v2.submit-phone", Address, "sent after 2", &[]),
    ("v2.submit-email", Address, "sent after 2", &[]),
    ("v2.select-other-address", Address, "sent after 2", &[]),
    ("v2.resend-unconfirmed", Address, "sent after 2", &[]),
    ("v2.select-phone", Address, "sent", &[]),
    ("v2.select-email", Address, "sent", &[]),
    ("v2.confirm-address", Address, "sent", &[]),
    ("v2.unknown-address", Address, "sent", &[]),
    ("v2.resend", Address, "sent", &[]),
    ("submit.right-code", Code, "passed", BROWSERS),
    ("submit.right-code-2", Code, "passed", BROWSERS),
    ("submit.no-address", Code, "passed", BROWSERS),
    ("submit.unknown-extra-field", Code, "passed", BROWSERS),
    ("submit.without-method-right-code", Code, "passed", BROWSERS),
    ("aal2.submit-right-code", Code, "passed", BROWSERS),
    ("v2.right-code", Code, "passed", &[]),
    ("v2.admin-right-code", Code, "passed", &[]),
    ("native.right-code", Code, "passed", V1_0_REDIRECTS),
    ("submit.browser-right-code", Code, API_FLOW, V1_0_REDIRECTS),
    ("no-transitions.submit.right-code", Code, TRANSITIONS, &[]),
    ("no-transitions.submit.browser-right-code", Code, TRANSITIONS, &[]),
    ("submit.wrong-code", Code, "wrong", &[]),
    ("submit.wrong-code-without-method", Code, "wrong", &[]),
    ("submit.wrong-code-after-success", Code, "wrong", &[]),
    ("submit.code-of-other-flow", Code, "wrong", &[]),
    ("submit.limit-attempt-5", Code, "wrong", &[]),
    ("submit.browser-wrong-code", Code, "wrong", &[]),
    ("native.wrong-code", Code, "wrong", &[]),
    ("v2.wrong-code", Code, "wrong", &[]),
    ("no-transitions.submit.wrong-code", Code, "wrong", &[]),
    ("no-transitions.submit.wrong-code-without-method", Code, "wrong", &[]),
    ("no-transitions.submit.wrong-code-after-success", Code, "wrong", &[]),
    ("no-transitions.submit.browser-wrong-code", Code, "wrong", &[]),
    ("no-transitions.submit.limit-attempt-5", Code, "wrong", &[]),
    ("submit.limit-attempt-6-right-code", Code, "too many", V1_0_REDIRECTS),
    ("submit.limit-attempt-7-right-code", Code, "too many", V1_0_REDIRECTS),
    ("no-transitions.submit.limit-attempt-6-right-code", Code, TRANSITIONS, &[]),
    ("no-transitions.submit.limit-attempt-7-right-code", Code, TRANSITIONS, &[]),
    ("submit.reused-code", Code, "used", V1_0_REDIRECTS),
    ("submit.inactive-identity-again", Code, "used", V1_0_REDIRECTS),
    ("submit.after-hook-interrupted-again", Code, "used", V1_0_REDIRECTS),
    ("no-transitions.submit.reused-code", Code, TRANSITIONS, &[]),
    ("submit.expired-flow", Code, "expired", &[(OLD, TRANSITIONS)]),
    ("submit.expired-browser-flow", Code, TRANSITIONS, &[]),
    ("no-transitions.submit.expired-flow", Code, TRANSITIONS, &[]),
    ("no-transitions.submit.expired-browser-flow", Code, TRANSITIONS, &[]),
    ("native.expired-code-in-live-flow", Code, "expired", &[(V1_0, TRANSITIONS), (&["v26.2.0", "HEAD"], "wrong")]),
    ("submit.unknown-flow", Code, "not found", &[]),
    ("submit.malformed-flow", Code, "not found", &[]),
    ("submit.missing-flow", Code, "not found", &[]),
    ("no-transitions.submit.unknown-flow", Code, "not found", &[]),
    ("no-transitions.submit.malformed-flow", Code, "not found", &[]),
    ("no-transitions.submit.missing-flow", Code, "not found", &[]),
    ("submit.inactive-identity", Code, "disabled", &[]),
    // Kratos says 400 here, with `error.code` 500.
    ("submit.after-hook-403-empty", Code, "failed 400", &[]),
    ("submit.after-hook-interrupts", Code, "failed 500", V1_0_REDIRECTS),
    ("probe.origin", Probe, "transitions", &[]),
    ("no-transitions.probe.origin", Probe, TRANSITIONS, &[]),
    ("settings.ok", Password, "set", &[]),
    ("settings.second-submit-same-flow", Password, "set", &[]),
    ("aal2.settings-after-step-up", Password, "set", &[]),
    ("settings.too-short", Password, "refused [4000032]", &[]),
    ("settings.similar-to-identifier", Password, "refused [4000031]", &[]),
    ("settings.same-as-old", Password, "refused [4000039]", &[(&["v1.2.0", "v1.3.1"], "set")]),
    ("settings.over-72-bytes", Password, "refused [4000033]", &[]),
    ("settings.missing-password", Password, "refused [4000002]", &[]),
    ("settings.bad-token", Password, "no session", &[]),
    ("settings.no-token", Password, "no session", &[]),
    ("settings-init.no-token", Password, "no session", &[]),
    ("settings.refresh-required", Password, "refresh required", &[]),
    ("aal2.settings-before-step-up", Password, "aal2 required", &[]),
    // A settings flow that cannot be used is replaced by one of the session's own.
    ("settings.unknown-flow", Password, "set after 3", &[]),
    ("settings.missing-flow", Password, "set after 3", &[]),
    ("settings.other-identity", Password, "set after 3", &[]),
    ("settings.browser-no-csrf", Password, "set after 3", &[]),
    ("settings.unknown-method", Password, PASSWORD_OFF, &[]),
    ("settings.without-method", Password, PASSWORD_OFF, &[]),
    ("password-off.settings", Password, PASSWORD_OFF, &[]),
    ("whoami.after-recovery", Who, "session", &[]),
    ("whoami.bearer", Who, "session", &[]),
    ("aal2.whoami-before-step-up", Who, "aal2 required", &[]),
    ("settings-init.ok", Forwarded, "200", &[]),
    ("settings-get.after-recovery", Forwarded, "200", &[]),
    ("aal2.settings-get-before-step-up", Forwarded, "403", &[]),
    ("aal2.login-init", Forwarded, "200", &[]),
    ("aal2.login-totp-ok", Forwarded, "200", &[]),
    ("aal2.login-wrong-totp", Forwarded, "400", &[]),
    ("aal2.login-wrong-lookup", Forwarded, "400", &[]),
    ("login.refresh-init", Forwarded, "200", &[]),
    ("login.password-after-change", Forwarded, "200", &[]),
    ("login.old-password-refused", Forwarded, "400", &[]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_recorded_answer_has_its_named_outcome() {
    let mut wrong = Vec::new();
    let mut run = 0;
    for version in VERSIONS {
        let left: BTreeSet<_> = names(version).map(String::as_str).collect();
        let left: Vec<_> = left.into_iter().filter(|name| !TABLE.iter().any(|row| row.0 == *name)).collect();
        assert!(left.is_empty(), "{version}: no row for {left:?}");
        for (name, call, usual, exceptions) in TABLE {
            let Some(exchange) = recorded(version, name) else { continue };
            let other = exceptions.iter().find(|(versions, _)| versions.contains(&version));
            let expected = other.map_or(*usual, |(_, outcome)| *outcome);
            let outcome = outcome(*call, &exchange).await;
            if outcome != expected {
                wrong.push(format!("{version} {name}: {outcome}, expected {expected}"));
            }
            run += 1;
        }
    }
    assert!(run > 800, "only {run} exchanges");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the client makes of a recorded answer.
async fn outcome(call: Call, exchange: &Exchange) -> String {
    let fake = FakeKratos::start().await;
    let client = client(&fake);
    let (token, password) = (Secret::from("ory_st_x"), Secret::from("a password"));
    fake.world(|world| world.sessions.insert("ory_st_x".to_owned()));
    fake.next(&route(call, exchange), exchange.reply.clone());
    let code = RecoveryCode::parse("012345").unwrap();
    let flow = fake.world(|world| {
        world.flows.insert("f".to_owned(), crate::fake_kratos::Flow::default());
        "f"
    });
    let caller = Caller::default();
    let result: Result<String, KratosError> = match call {
        Call::Issue => {
            client.create_recovery_code("i", Some(Duration::from_mins(15)), RecoveryFlow::Api).await.map(issued)
        }
        Call::Identity => client.identity("i").await.map(|found| match found {
            Some(identity) => format!("identity {}", identity.recovery_addresses[0].value.expose()),
            None => "no identity".to_owned(),
        }),
        Call::Find => client
            .identities_by_credentials_identifier("u@example.org")
            .await
            .map(|found| format!("{} identities", found.len())),
        Call::Version => client.version().await,
        Call::Ready => client.ready().await.map(|()| "ready".to_owned()),
        Call::Begin => client
            .create_recovery_flow(&caller)
            .await
            .map(|flow| if flow.recovery_v2 { "begun v2" } else { "begun" }.to_owned()),
        Call::Read => client.recovery_flow(flow).await.map(|state| match state {
            RecoveryState::Open(flow) => {
                format!("{} {:?}", if flow.passed { "passed" } else { "open" }, flow.flow_type).to_lowercase()
            }
            RecoveryState::Expired => "expired".to_owned(),
            RecoveryState::NotFound => "not found".to_owned(),
        }),
        Call::Address => {
            let v2 = exchange.body.get("recovery_address").is_some();
            let address = Secret::from("u@example.org");
            let sent = client.submit_recovery_address(flow, v2, &address, None, &caller).await;
            sent.map(|outcome| address_outcome(outcome, fake.asked("POST /self-service/recovery").len()))
        }
        Call::Code => client.submit_recovery_code(flow, &code, None, &caller).await.map(code_outcome),
        Call::Probe => client.ensure_transitions().await.map(|()| "transitions".to_owned()),
        Call::Password => {
            let flow = (exchange.method == "POST").then_some(flow);
            let outcome = client.set_password(flow, &token, &password, &caller).await;
            outcome.map(|outcome| password_outcome(&outcome, fake.asked("*").len()))
        }
        Call::Whoami => client.whoami(&token, &caller).await.map(|whoami| {
            match whoami {
                Whoami::Session(session) if session.expires_at.is_some() => "session",
                Whoami::Session(_) => "session without an end",
                Whoami::Aal2Required => "aal2 required",
                Whoami::NoSession => "no session",
            }
            .to_owned()
        }),
        Call::Forward => forwarded(&client, &fake, exchange).await,
    };
    result.unwrap_or_else(|error| named(&error))
}

fn route(call: Call, exchange: &Exchange) -> String {
    match call {
        // They were asked at the wrong port, or without the prefix that we always write.
        Call::Issue => "POST /admin/recovery/code".to_owned(),
        Call::Identity => "GET /admin/identities/i".to_owned(),
        Call::Find => "GET /admin/identities".to_owned(),
        _ => format!("{} {}", exchange.method, exchange.path.split('?').next().unwrap()),
    }
}

fn issued(issue: Issue) -> String {
    match issue {
        Issue::Issued(issued) => {
            let complete = issued.flow_id.len() == 36 && issued.code.expose().len() == 6;
            if complete && issued.link.ends_with(&issued.flow_id) { "issued" } else { "issued in part" }.to_owned()
        }
        Issue::IdentityNotFound => "identity not found".to_owned(),
        Issue::ExpiryRefused => "expiry refused".to_owned(),
    }
}

fn address_outcome(outcome: AddressOutcome, asked: usize) -> String {
    let word = match outcome {
        AddressOutcome::Sent => "sent",
        AddressOutcome::Refused => "refused",
        AddressOutcome::Gone => "gone",
    };
    if asked == 1 { word.to_owned() } else { format!("{word} after {asked}") }
}

fn code_outcome(outcome: CodeOutcome) -> String {
    match outcome {
        CodeOutcome::Passed { token, settings_flow } => {
            let complete = token.expose().starts_with("ory_st_") && settings_flow.is_some_and(|flow| flow.len() == 36);
            if complete { "passed" } else { "passed in part" }
        }
        CodeOutcome::Wrong => "wrong",
        CodeOutcome::TooManyAttempts => "too many",
        CodeOutcome::Used => "used",
        CodeOutcome::Expired => "expired",
        CodeOutcome::NotFound => "not found",
        CodeOutcome::IdentityDisabled => "disabled",
    }
    .to_owned()
}

fn password_outcome(outcome: &PasswordOutcome, asked: usize) -> String {
    let word = match outcome {
        PasswordOutcome::Set => "set".to_owned(),
        PasswordOutcome::Refused(messages) => {
            format!("refused {:?}", messages.iter().map(|message| message.id).collect::<Vec<_>>())
        }
        PasswordOutcome::Aal2Required => "aal2 required".to_owned(),
        PasswordOutcome::RefreshRequired => "refresh required".to_owned(),
        PasswordOutcome::NoSession => "no session".to_owned(),
    };
    if asked == 1 { word } else { format!("{word} after {asked}") }
}

async fn forwarded(client: &Kratos, fake: &FakeKratos, exchange: &Exchange) -> Result<String, KratosError> {
    let (path, query) = exchange.path.split_once('?').unwrap_or((&exchange.path, ""));
    let verb = if exchange.method == "GET" { Verb::Get } else { Verb::Post };
    let token = exchange.headers.get("x-session-token").map(|token| Secret::from(token.as_str()));
    let body = (verb == Verb::Post).then(|| exchange.body.to_string().into_bytes());
    let caller = Caller::default();
    let request = Forward { verb, path, query, session_token: token.as_ref(), body, caller: &caller };
    let answer = client.forward(request).await?;
    assert_eq!(answer.body.expose(), &exchange.reply.body, "every byte comes back");
    let asked = fake.asked("*").remove(0);
    assert_eq!((asked.path.as_str(), asked.query.as_str()), (path, query));
    assert_eq!(asked.header("x-session-token"), token.as_ref().map(|token| token.expose().as_str()));
    assert!(verb == Verb::Get || asked.json() == exchange.body, "{asked:?}");
    Ok(answer.status.to_string())
}

fn named(error: &KratosError) -> String {
    match error {
        KratosError::Unreachable(..) => "unreachable".to_owned(),
        KratosError::Failed(seen) => format!("failed {}", seen.status),
        KratosError::Unexpected(seen) => format!("unexpected {}", json!(seen.to_string())),
        KratosError::Misconfigured(missing) => format!("misconfigured {}", missing.key()),
    }
}
