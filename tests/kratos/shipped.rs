//! The files under deploy/.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Its deploy directory.
pub(crate) fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy")
}

/// The text of a file under deploy/.
pub(crate) fn text(name: &str) -> String {
    let path = deploy().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// YAML as a value.
pub(crate) fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("no YAML: {error}\n{text}"))
}

/// The shipped `courier:` block, pointed at `url` and with `value` as Authorization.
pub(crate) fn courier(url: &str, value: &str) -> Value {
    let mut block = yaml(&text("kratos/courier.yml")).get("courier").unwrap().clone();
    *block.pointer_mut("/http/request_config/url").unwrap() = url.into();
    *block.pointer_mut("/http/request_config/auth/config/value").unwrap() = value.into();
    block
}

/// The shipped pack of actions, as pasted into kratos.yml, with postrider at `address` and `value` as
/// Authorization; and the block for postrider.yml that stands in it.
pub(crate) fn actions(address: &str, value: &str) -> (Value, Value) {
    let text = text("kratos/actions.yml");
    let (_, own) = text.split_once("# postrider.yml:").unwrap();
    let own: Vec<&str> = own.lines().filter_map(|line| line.strip_prefix("# ")).collect();
    let pasted = text.replace("http://127.0.0.1:4478", address).replace("Bearer CHANGE-ME", value);
    (yaml(&pasted), yaml(&own.join("\n")))
}

/// The shipped signing jsonnet with a key, as a `body` of kratos.yml.
pub(crate) fn signing_body(key: &str) -> String {
    let snippet = text("kratos/courier-signed.jsonnet");
    assert_eq!(snippet.matches("PUT-THE-KEY-HERE").count(), 1);
    format!("base64://{}", STANDARD.encode(snippet.replace("PUT-THE-KEY-HERE", key)))
}
