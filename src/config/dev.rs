//! What `--dev` stands in for where the operator gave nothing, and the rule that keeps the
//! well-known key on loopback (promise P8).

use super::path::Path;
use super::tree::{Kind, Node, Origin};
use super::{Config, CredentialKind};
use serde_json::{Value, json};
use std::net::IpAddr;

/// The well-known key of `--dev`: the admin token, and behind `Bearer ` the credential of `/courier`.
pub const DEV_KEY: &str = "dev";

const CIPHER: &str = "postrider --dev seals with this well-known secret";

/// Fills the gaps of a tree whose secrets are not read yet.
pub(super) fn fill(root: &mut Node) {
    let is_default = root.get(&Path::parse("dsn")).is_none_or(|dsn| !dsn.origin.is_operators());
    if is_default && is_unset(root, "dsn_file") {
        put(root, "dsn", json!("sqlite://postrider-dev.db"));
    }
    if is_unset(root, "secrets.cipher") && is_unset(root, "secrets.cipher_file") {
        put(root, "secrets.cipher", json!([CIPHER]));
    }
    let uri_is_unset =
        is_unset(root, "courier.smtp.connection_uri") && is_unset(root, "courier.smtp.connection_uri_file");
    if uri_is_unset && !has_mail_provider(root) {
        put(root, "courier.smtp.connection_uri", json!("inbox://"));
    }
    if is_unset(root, "courier.smtp.from_address") {
        put(root, "courier.smtp.from_address", json!("postrider@localhost"));
    }
    if is_unset(root, "admin.tokens") {
        put(root, "admin.tokens", json!([{ "id": "dev", "role": "admin", "value": DEV_KEY }]));
    }
    let sources = match root.get(&Path::parse("sources")).map(|node| &node.kind) {
        Some(Kind::Map(sources)) if !sources.is_empty() => sources.keys().cloned().collect(),
        _ => vec!["default".to_owned()],
    };
    for source in sources {
        let path = Path::parse("sources").key(&source).key("auth");
        if root.get(&path).is_none_or(Node::is_empty) {
            let value = format!("Bearer {DEV_KEY}");
            let config = json!({ "in": "header", "name": "Authorization", "value": value });
            put_at(root, &path, json!([{ "id": "dev", "type": "api_key", "config": config }]));
        }
    }
}

fn is_unset(root: &Node, path: &str) -> bool {
    root.get(&Path::parse(path)).is_none_or(Node::is_empty)
}

fn has_mail_provider(root: &Node) -> bool {
    let Some(Kind::List(providers)) = root.get(&Path::parse("courier.providers")).map(|node| &node.kind) else {
        return false;
    };
    providers.iter().any(|provider| provider.to_json().get("channel").is_none_or(|channel| channel == "email"))
}

fn put(root: &mut Node, path: &str, value: Value) {
    put_at(root, &Path::parse(path), value);
}

fn put_at(root: &mut Node, path: &Path, value: Value) {
    let could = root.set(path, Node::from_json(value, &Origin::Dev));
    debug_assert!(could, "a path of keys alone can always be set");
}

/// The keys that hold the well-known key.
fn places(config: &Config) -> Vec<String> {
    let bearer = format!("Bearer {DEV_KEY}");
    let mut places = Vec::new();
    for (id, source) in &config.sources {
        for (index, credential) in source.auth.iter().enumerate() {
            if matches!(&credential.kind, CredentialKind::ApiKey(key) if *key.value.expose() == bearer) {
                places.push(format!("sources.{id}.auth[{index}]"));
            }
        }
    }
    for (index, token) in config.admin.tokens.iter().enumerate() {
        if token.value.as_ref().is_some_and(|value| value.expose() == DEV_KEY) {
            places.push(format!("admin.tokens[{index}]"));
        }
    }
    places
}

/// Keeps the well-known key within `--dev`, and `--dev` with it on loopback.
pub(super) fn check(config: &Config, dev: bool, problems: &mut Vec<(String, String)>) {
    let mut places = places(config);
    if !dev {
        places.extend(has_known_cipher(config).then(|| "secrets.cipher".to_owned()));
        let why =
            "this is the well-known key of --dev; set one of your own (`openssl rand -hex 32` makes one)".to_owned();
        problems.extend(places.into_iter().map(|place| (place, why.clone())));
    } else if !places.is_empty() {
        let why = "--dev binds to loopback only while the well-known key is in place; set your own";
        let open = open_listeners(config).into_iter();
        problems.extend(open.map(|key| (key.to_owned(), format!("{why} {}", places.join(" and ")))));
    }
}

/// What an operator should know about `--dev`, if it can be reached from elsewhere.
pub(super) fn warning(config: &Config) -> Option<String> {
    let is_open = !open_listeners(config).is_empty() && has_known_cipher(config);
    is_open.then(|| "--dev seals mail with a well-known secret and is not on loopback; set secrets.cipher".to_owned())
}

fn has_known_cipher(config: &Config) -> bool {
    config.secrets.cipher.iter().any(|secret| secret.expose() == CIPHER)
}

/// The listeners that other machines can reach.
fn open_listeners(config: &Config) -> Vec<&'static str> {
    let serve = &config.serve;
    let inbound = serve.inbound.enabled.then_some(("serve.inbound.host", &serve.inbound.host));
    let listeners = [("serve.public.host", &serve.public.host), ("serve.admin.host", &serve.admin.host)];
    let all = listeners.into_iter().chain(inbound);
    all.filter(|(_, host)| !is_loopback(host)).map(|(key, _)| key).collect()
}

/// Whether only this machine can reach a host.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
