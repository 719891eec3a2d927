//! Every jsonnet under deploy/kratos/, run on each context that a real Kratos made, as Kratos would
//! run it (`function(ctx)`), and read by postrider's own doors.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jrsonnet_evaluator::manifest::JsonFormat;
use jrsonnet_evaluator::tla::TlaArg;
use jrsonnet_evaluator::trace::PathResolver;
use jrsonnet_evaluator::{FileImportResolver, State, apply_tla};
use jrsonnet_stdlib::ContextInitializer;
use postrider::auth::{ByHeader, Credential, Door, Scheme};
use postrider::domain::{Action, CourierPayload, Person, Secret};
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

const KEY: &str = "a key of ours: ü ' \" \\ %s";
const PLACE: &str = "'PUT-THE-KEY-HERE'";

#[test]
fn the_whole_context_goes_through_unchanged() {
    let snippet = shipped("courier.jsonnet");
    for (name, context) in contexts() {
        let body = run(&snippet, &context);
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), parsed(&context), "{name}");
        same_mail(&name, &body, &context);
    }
}

#[test]
fn a_signed_context_opens_the_door_and_is_understood() {
    let snippet = signed();
    for (name, context) in contexts() {
        let body = run(&snippet, &context);
        let door = door(KEY);
        assert_eq!(door.by_header(&|_| None), ByHeader::Undecided);
        let signed = door.by_body(&|_| None, body.as_bytes(), Timestamp::UNIX_EPOCH);
        assert_eq!(signed.map(|signed| signed.credential), Some("kratos"), "{name}");
        let envelope: Value = serde_json::from_str(&body).unwrap();
        let payload = envelope["payload"].as_str().unwrap();
        assert_eq!(serde_json::from_str::<Value>(payload).unwrap(), parsed(&context), "{name}");
        same_mail(&name, &body, &context);
    }
}

#[test]
fn a_tampered_context_and_a_foreign_key_stay_outside() {
    let snippet = signed();
    let opens = |key: &str, body: &str| door(key).by_body(&|_| None, body.as_bytes(), Timestamp::UNIX_EPOCH).is_some();
    for (name, context) in contexts() {
        let body = run(&snippet, &context);
        let envelope: Value = serde_json::from_str(&body).unwrap();
        let tampered = |change: &dyn Fn(&str) -> String| {
            let mut envelope = envelope.clone();
            envelope["payload"] = change(envelope["payload"].as_str().unwrap()).into();
            envelope.to_string()
        };
        assert!(opens(KEY, &tampered(&str::to_owned)), "{name}: written again, but the same payload");
        let other = r#"{"recipient":"eve@example.org","#;
        assert!(!opens(KEY, &tampered(&|payload| payload.replacen('{', other, 1))), "{name}: another recipient");
        assert!(!opens(KEY, &tampered(&|payload| format!("{payload} "))), "{name}: longer by a blank");
        assert!(!opens(KEY, &context), "{name}: not signed");
        assert!(!opens("another key", &body), "{name}: another key");
    }
}

#[test]
fn courier_yml_holds_courier_jsonnet_in_base64() {
    let yml = read(&deploy().join("courier.yml"));
    let bodies: Vec<&str> =
        yml.lines().filter_map(|line| line.split_once("body: base64://")).map(|(_, b)| b.trim()).collect();
    assert_eq!(bodies.len(), 2, "one for mail, one for text messages");
    for body in bodies {
        let snippet = String::from_utf8(STANDARD.decode(body).unwrap()).unwrap();
        assert_eq!(snippet.trim(), shipped("courier.jsonnet").trim());
    }
}

#[test]
fn the_jsonnet_of_actions_tells_what_a_notice_needs_and_no_cookie() {
    let snippet = shipped("actions.jsonnet");
    for (name, context) in recorded("webhook") {
        let body = run(&snippet, &context);
        let told = |text: &str| {
            let action = Action::parse(text.as_bytes()).unwrap();
            let person = |person: Option<Person>| {
                person.map(|p| {
                    (p.id.clone(), p.traits.clone(), p.verified().map(|a| a.expose().clone()).collect::<Vec<_>>())
                })
            };
            let agent = action.user_agent.map(|agent| agent.expose().clone());
            let people = (person(action.person), person(action.before));
            (people, action.flow_id, action.methods, agent, action.client, action.accept_language)
        };
        assert_eq!(told(&body), told(&context), "{name}");
        for secret in ["request_cookies", "ory_kratos_session", "csrf_token", "ory_st_", "otpauth", "data:image"] {
            assert!(!body.contains(secret), "{name} hands on {secret}");
        }
        assert!(body.len() < 8_000, "{name}: {} bytes", body.len());
    }
    for bare in
        ["{}", "{\"flow\": null, \"identity\": null}", "{\"flow\": {\"ui\": {\"nodes\": null}}, \"session\": {}}"]
    {
        run(&snippet, bare);
    }
}

/// A failing jsonnet would cost the notice: whatever a version leaves out, or writes as null, it runs.
#[test]
fn the_jsonnet_of_actions_runs_whatever_is_missing() {
    let snippet = shipped("actions.jsonnet");
    for (name, context) in recorded("webhook").into_iter().step_by(7) {
        for place in ["", "/flow", "/flow/ui", "/flow/ui/nodes/0", "/flow/identity", "/identity", "/session/devices/0"]
        {
            let whole = parsed(&context);
            let keys: Vec<String> = whole
                .pointer(place)
                .and_then(Value::as_object)
                .map(|o| o.keys().cloned().collect())
                .unwrap_or_default();
            for key in keys {
                for missing in [true, false] {
                    let mut less = whole.clone();
                    let fields = less.pointer_mut(place).unwrap().as_object_mut().unwrap();
                    if missing {
                        fields.remove(&key);
                    } else {
                        fields.insert(key.clone(), Value::Null);
                    }
                    let body = run(&snippet, &less.to_string());
                    assert!(Action::parse(body.as_bytes()).is_some(), "{name} without {place}/{key}");
                }
            }
        }
    }
}

#[test]
fn actions_yml_holds_actions_jsonnet_in_base64() {
    let yml = read(&deploy().join("actions.yml"));
    let bodies: Vec<&str> =
        yml.lines().filter_map(|line| line.split_once("body: base64://")).map(|(_, b)| b.trim()).collect();
    assert_eq!(bodies.len(), 6, "one a hook");
    for body in bodies {
        let snippet = String::from_utf8(STANDARD.decode(body).unwrap()).unwrap();
        assert_eq!(snippet, shipped("actions.jsonnet"));
    }
}

#[test]
fn no_jsonnet_is_shipped_that_is_not_tested_here() {
    let mut names: Vec<_> =
        fs::read_dir(deploy()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".jsonnet"));
    names.sort_unstable();
    assert_eq!(names, ["actions.jsonnet", "courier-signed.jsonnet", "courier.jsonnet"]);
}

/// Both are the same message to postrider: recipient, type and what Kratos rendered.
fn same_mail(name: &str, body: &str, context: &str) {
    let understood = |text: &str| {
        let payload = CourierPayload::parse(text.as_bytes()).unwrap();
        let html = payload.html_body.map(|html| html.expose().clone());
        (payload.recipient.expose().clone(), payload.template_type, payload.body.expose().clone(), html)
    };
    assert_eq!(understood(body), understood(context), "{name}");
}

fn door(key: &str) -> Door {
    Door::new(vec![Credential { id: "kratos".to_owned(), scheme: Scheme::Envelope { key: Secret::from(key) } }])
}

/// courier-signed.jsonnet with the key in its place, as its README has it done.
fn signed() -> String {
    let snippet = shipped("courier-signed.jsonnet");
    assert_eq!(snippet.matches(PLACE).count(), 1);
    snippet.replace(PLACE, &serde_json::to_string(KEY).unwrap())
}

/// What `function(ctx)` makes of a context, printed as Kratos prints it.
fn run(snippet: &str, context: &str) -> String {
    let mut builder = State::builder();
    builder
        .import_resolver(FileImportResolver::default())
        .context_initializer(ContextInitializer::new(PathResolver::FileName));
    let state = builder.build();
    let _entered = state.enter();
    // jrsonnet makes `function(ctx) ctx` its built-in identity, which has forgotten the name ctx.
    let snippet = format!("local shipped =\n{snippet};\nfunction(ctx) [shipped(ctx)][0]");
    let function = state.evaluate_snippet("courier.jsonnet", snippet).unwrap();
    let arguments = HashMap::from([("ctx".into(), TlaArg::InlineCode(context.to_owned()))]);
    let result = apply_tla(&arguments, function).unwrap();
    result.manifest(JsonFormat::std_to_json("   ".to_owned(), "\n", ": ")).unwrap()
}

/// Name and text of every recorded context, of all versions.
fn contexts() -> Vec<(String, String)> {
    recorded("courier")
}

/// The same of one folder of the fixtures.
fn recorded(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for version in fs::read_dir(root().join("tests/fixtures/kratos").join(folder)).unwrap() {
        for file in fs::read_dir(version.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.file_name().is_some_and(|name| name != "headers.json") {
                found.push((path.display().to_string(), read(&path)));
            }
        }
    }
    assert!(found.len() > 100, "only {} contexts found", found.len());
    found
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn shipped(name: &str) -> String {
    read(&deploy().join(name))
}

fn deploy() -> PathBuf {
    root().join("deploy/kratos")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
