//! Whether what Kratos shows is what postrider wants to see.

use crate::config::{CredentialKind, KeyPlace};
use crate::doctor::lint::Lint;
use crate::doctor::{Check, Finding, Run};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub(super) const CHECK: Check =
    Check { name: "credential", good: "Kratos shows a credential that postrider.yml has", run: Run::KratosYml(run) };

const REQUEST: &str = "courier.http.request_config";

fn run(lint: &Lint<'_>) -> Vec<Finding> {
    if lint.text("courier.delivery_strategy").as_deref() != Some("http") {
        return Vec::new();
    }
    // An unknown source is the URL's trouble.
    of_request(lint, REQUEST, lint.source().as_deref(), "no mail goes out").into_iter().collect()
}

/// What is wrong with the `auth` of a `request_config` or of a web hook's `config`; `costs` says what
/// comes of a refusal.
pub(super) fn of_request(lint: &Lint<'_>, request: &str, source: Option<&str>, costs: &str) -> Option<Finding> {
    let key = format!("{request}.auth");
    let example = || format!("{key}: {{type: api_key, config: {{in: header, name: Authorization, value: Bearer …}}}}");
    let of = |name: &str| lint.text(&format!("{key}.{name}"));
    let required: &[&str] = match of("type").as_deref() {
        Some("api_key") => &["config.name", "config.value", "config.in"],
        Some("basic_auth") => &["config.user", "config.password"],
        Some(_) => return Some(Finding::bad(&key, "Kratos knows api_key and basic_auth only").change(example())),
        None => &[],
    };
    if let Some(missing) = required.iter().find(|name| of(name).is_none()) {
        let means = format!("{missing} is missing, and Kratos does not start");
        return Some(Finding::bad(&key, means).change(example()));
    }
    if of("config.in").is_some_and(|place| !matches!(place.as_str(), "header" | "cookie")) {
        return Some(Finding::bad(&key, "in is header or cookie").change(example()));
    }
    if of("config.value").is_some_and(|value| value.ends_with("CHANGE-ME")) {
        let means = "this is the value of the documentation, which everybody knows";
        return Some(Finding::bad(&key, means).change("a long random value, here and in postrider.yml"));
    }
    match_ours(lint, request, source?, costs)
}

fn match_ours(lint: &Lint<'_>, request: &str, source: &str, costs: &str) -> Option<Finding> {
    let key = format!("{request}.auth");
    let ours = lint.config?.sources.get(source)?;
    if ours.auth.iter().any(|credential| shows(lint, request, &credential.kind)) {
        return None;
    }
    let by_header = |kind: &CredentialKind| {
        matches!(kind, CredentialKind::ApiKey(_) | CredentialKind::BasicAuth(_) | CredentialKind::Envelope(_))
    };
    if !ours.auth.iter().any(|credential| by_header(&credential.kind)) {
        let means = format!("sources.{source}.auth wants a signature, which Kratos cannot make by itself");
        let change = "sign on the way (a gateway), or add an api_key";
        return Some(Finding::warning(&key, means).change(change));
    }
    let means = format!(
        "Kratos shows no credential of sources.{source}.auth, so every post is answered 401 and {costs} \
         (unless a variable of Kratos's says otherwise)"
    );
    Some(Finding::bad(&key, means).change("the same value in both files, letter for letter"))
}

/// Whether Kratos will show this.
fn shows(lint: &Lint<'_>, request: &str, ours: &CredentialKind) -> bool {
    let of = |name: &str| lint.text(&format!("{request}.auth.{name}"));
    match ours {
        CredentialKind::ApiKey(key) => {
            let is = |text: Option<String>, value: &str| text.as_deref() == Some(value);
            let place = if matches!(key.place, KeyPlace::Cookie) { "cookie" } else { "header" };
            let fits = |name: &str| match key.place {
                KeyPlace::Cookie => name == key.name,
                KeyPlace::Header => name.eq_ignore_ascii_case(&key.name),
            };
            let by_auth = of("config.name").is_some_and(|name| fits(&name))
                && is(of("config.in"), place)
                && is(of("config.value"), key.value.expose());
            let headers = lint.kratos.get(&format!("{request}.headers")).unwrap_or_default();
            let mut written = headers.as_object().into_iter().flatten().filter(|(name, _)| fits(name));
            by_auth || place == "header" && written.any(|(_, value)| value.as_str() == Some(key.value.expose()))
        }
        CredentialKind::BasicAuth(basic) => {
            of("config.user").as_deref() == Some(&basic.user)
                && of("config.password").as_deref() == Some(basic.password.expose())
        }
        CredentialKind::Envelope(envelope) => {
            let body = lint.text(&format!("{request}.body")).unwrap_or_default();
            let decoded = body.strip_prefix("base64://").and_then(|text| STANDARD.decode(text.trim()).ok());
            let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
            // A file of jsonnet is on Kratos's machine.
            text.contains(envelope.key.expose().as_str()) || body.starts_with("file://")
        }
        CredentialKind::StandardWebhooks(_) | CredentialKind::HmacSha256(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{STANDARD, run};
    use crate::doctor::lint::said;
    use crate::doctor::testing::SECRET;
    use base64::Engine as _;

    const KEY: &str = "courier.http.request_config.auth";

    fn with(source: &str, more: &str) -> Vec<String> {
        let url = format!("url: 'http://127.0.0.1:4478/courier{source}'");
        said(run, &format!("courier: {{delivery_strategy: http, http: {{request_config: {{{url}, {more}}}}}}}"))
    }

    #[test]
    fn a_credential_that_both_have_is_good() {
        let key = |name: &str, value: &str| {
            format!("auth: {{type: api_key, config: {{in: header, name: {name}, value: {value}}}}}")
        };
        assert!(with("", &key("Authorization", &format!("Bearer {SECRET}"))).is_empty());
        assert!(with("", &key("authorization", &format!("Bearer {SECRET}"))).is_empty());
        assert!(with("", &format!("headers: {{Authorization: Bearer {SECRET}}}")).is_empty());
        assert!(
            with("/basic", &format!("auth: {{type: basic_auth, config: {{user: kratos, password: {SECRET}}}}}"))
                .is_empty()
        );
        let signed = STANDARD.encode(format!("function(ctx) '{SECRET}'"));
        assert!(with("/signed", &format!("body: 'base64://{signed}'")).is_empty());
        assert_eq!(with("", &key("Authorization", "Bearer other")), [format!("bad {KEY}")]);
        assert_eq!(with("", &key("X-Other", &format!("Bearer {SECRET}"))), [format!("bad {KEY}")]);
    }

    #[test]
    fn none_or_a_broken_one_is_bad() {
        for auth in [
            "body: x",
            "auth: {type: bearer}",
            "auth: {type: api_key, config: {name: A, value: b}}",
            "auth: {type: api_key, config: {name: A, value: b, in: query}}",
            "auth: {type: basic_auth, config: {user: kratos}}",
            "auth: {type: api_key, config: {in: header, name: Authorization, value: Bearer CHANGE-ME}}",
        ] {
            assert_eq!(with("", auth), [format!("bad {KEY}")], "{auth}");
        }
    }

    #[test]
    fn kratos_cannot_sign_as_gateways_do() {
        assert_eq!(with("/gateway", "body: x"), [format!("warning {KEY}")]);
    }
}
