//! The pack as shipped, and what people make of it.

use super::super::actions::run;
use crate::doctor::lint::said_beside;
use crate::doctor::testing::SECRET;

const PACK: &str = include_str!("../../../../deploy/kratos/actions.yml");

/// What postrider.yml says in the pack itself.
fn own() -> String {
    let (_, own) = PACK.split_once("# postrider.yml:").unwrap();
    own.lines().filter_map(|line| line.strip_prefix("# ")).collect::<Vec<_>>().join("\n")
}

fn pack() -> String {
    PACK.replace("Bearer CHANGE-ME", &format!("Bearer {SECRET}"))
}

fn said(yml: &str) -> Vec<String> {
    let said = said_beside(run, yml, &own());
    said.iter().map(|line| line.replace("selfservice.flows.", "").replace("hooks[0].", "")).collect()
}

/// One hook, at this place, to this name, with this in its configuration.
fn one(place: &str, name: &str, config: &str) -> Vec<String> {
    let body = PACK.split("body: ").nth(1).unwrap().lines().next().unwrap();
    let parts: Vec<&str> = place.split('.').collect();
    let within = |depth: usize, text: &str| format!("{}{text}\n", "  ".repeat(depth));
    let mut yml = vec![within(0, "selfservice:"), within(1, "flows:")];
    yml.extend(parts.iter().enumerate().map(|(depth, part)| within(depth + 2, &format!("{part}:"))));
    let depth = parts.len() + 2;
    yml.extend([within(depth, "hooks:"), within(depth + 1, "- hook: web_hook"), within(depth + 2, "config:")]);
    let url = format!("http://127.0.0.1:4478/hooks/{name}");
    let auth = format!("{{type: api_key, config: {{in: header, name: Authorization, value: Bearer {SECRET}}}}}");
    let usual =
        [("url", url.as_str()), ("method", "POST"), ("body", body), ("response", "{ignore: true}"), ("auth", &auth)];
    let unsaid = usual.iter().filter(|(key, _)| !config.contains(&format!("{key}:")));
    yml.extend(unsaid.map(|(key, value)| within(depth + 3, &format!("{key}: {value}"))));
    yml.extend(config.lines().map(|line| within(depth + 3, line)));
    // Of hooks that are not called the others tell.
    said(&yml.concat()).into_iter().filter(|line| !line.starts_with("warning ") || line.contains(".config.")).collect()
}

#[test]
fn the_pack_is_good_once_its_credential_is_ours() {
    assert_eq!(said(&pack()), [""; 0]);
    assert_eq!(said(PACK).len(), 6, "the credential of the documentation, six times: {:?}", said(PACK));
    assert_eq!(said("{}").len(), 6, "what is asked for is called by nobody");
    assert!(said_beside(run, "{}", "").is_empty(), "who wants no notices needs no hooks");
}

#[test]
fn what_would_hold_up_a_login_is_bad() {
    let at = |config: &str| one("login.after", "new-login", config);
    assert_eq!(at("response: {ignore: true}"), [""; 0]);
    for config in [
        "response: {}",
        "response: {ignore: false}",
        "response: {parse: true}",
        "response: {ignore: true}\ncan_interrupt: true",
    ] {
        assert_eq!(at(config), ["bad login.after.config.response.ignore"], "{config}");
    }
}

#[test]
fn what_nobody_hears_is_bad() {
    for (config, key) in [
        ("url: http://127.0.0.1:4478/hooks/other", "url"),
        ("url: http://127.0.0.1:4478/hooks/nobody/new-login", "url"),
        ("url: http://127.0.0.1:4478/hooks/default/new-login/", "url"),
        ("url: http://100.64.0.1/hooks/new-login", "url"),
        ("method: GET", "method"),
        ("auth: {type: api_key, config: {in: header, name: Authorization, value: Bearer other}}", "auth"),
        ("auth: {type: api_key, config: {in: header, name: Authorization, value: Bearer CHANGE-ME}}", "auth"),
        ("body: base64://AAA", "body"),
        // function(ctx) ctx; {a: 1}
        ("body: base64://ZnVuY3Rpb24oY3R4KSBjdHg=", "body"),
        ("body: base64://e2E6IDF9", "body"),
    ] {
        assert_eq!(one("login.after", "new-login", config), [format!("bad login.after.config.{key}")], "{config}");
    }
}

#[test]
fn jsonnet_that_hands_on_cookies_or_all_headers_is_named() {
    use base64::Engine as _;
    let verdict = |text: &str| {
        let body = base64::engine::general_purpose::STANDARD.encode(text);
        let said = one("login.after", "new-login", &format!("body: base64://{body}"));
        said.into_iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for text in [
        "function(ctx) ctx",
        "function(ctx) ctx + {a: 1}",
        "function(ctx) {cookies: ctx.request_cookies}",
        "function(ctx) {h: ctx.request_headers['Cookie']}",
    ] {
        assert_eq!(verdict(text), ["bad"], "{text}");
    }
    assert_eq!(verdict("function(ctx) {identity: ctx.identity, request_headers: ctx.request_headers}"), ["warning"]);
    assert_eq!(verdict("function(ctx) {identity: ctx.identity}"), ["note"]);
    assert_eq!(verdict("function(ctx) {flow: ctx.flow}"), ["note"]);
}

#[test]
fn a_hook_stands_where_its_notice_can_be_known() {
    let good = [
        ("login.after", "new-login"),
        ("login.after.password", "new-login"),
        ("recovery.after", "recovery-used"),
        ("registration.after", "welcome"),
        ("settings.after.password", "password-changed"),
        ("settings.after", "methods-changed"),
        ("settings.after.totp", "methods-changed"),
        ("settings.after", "address-changed"),
    ];
    for (place, name) in good {
        assert_eq!(one(place, name, ""), [""; 0], "{place} {name}");
    }
    let bad = [
        ("login.before", "new-login"),
        ("settings.before", "methods-changed"),
        ("settings.after", "password-changed"),
        ("settings.after.totp", "password-changed"),
        ("login.after", "password-changed"),
        ("recovery.after", "methods-changed"),
        ("settings.after.password", "address-changed"),
    ];
    for (place, name) in bad {
        assert_eq!(one(place, name, ""), [format!("bad {place}.hooks[0]")], "{place} {name}");
    }
}

#[test]
fn hooks_of_a_method_that_keep_ours_from_being_called_are_named() {
    let with = |hooks: &str| {
        said(&pack().replace(
            "        # all other methods",
            &format!("        totp: {{hooks: [{hooks}]}}\n        # all other methods"),
        ))
    };
    assert_eq!(with("{hook: revoke_active_sessions}"), ["warning settings.after.totp.hooks"]);
    assert_eq!(with(""), [""; 0]);
}

#[test]
fn what_the_named_version_does_not_take_is_bad() {
    let with = |version: &str, config: &str| {
        let mut yml = vec![format!("version: {version}")];
        for line in pack().lines() {
            yml.push(line.to_owned());
            if line.trim() == "method: POST" && !config.is_empty() {
                yml.push(line.replace("method: POST", config));
            }
        }
        let said = said(&yml.join("\n"));
        said.into_iter()
            .map(|line| line.rsplit('.').next().unwrap().to_owned())
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert!(with("v1.2.0", "").is_empty() && with("v26.2.0", "id: a").is_empty());
    assert_eq!(said(&format!("version: v1.1.0\n{}", pack())), ["warning verification.after.hooks[0]"], "no welcome");
    assert_eq!(with("v1.3.1", "id: a"), std::collections::BTreeSet::from(["id".to_owned()]));
    assert!(
        with("v1.1.0", "headers: {A: b}").contains("headers")
            && with("v1.0.0", "emit_analytics_event: true").len() == 2
    );
    assert_eq!(with("v0.13.0", ""), std::collections::BTreeSet::from(["bad version".to_owned()]));
}

#[test]
fn hooks_of_others_are_nobody_s_business() {
    let foreign = "selfservice: {flows: {login: {after: {hooks: [
        {hook: web_hook, config: {url: 'https://crm.example.org/hooks/kratos', method: GET}}, {hook: session}]}}}}";
    assert!(said_beside(run, foreign, "").is_empty());
}
