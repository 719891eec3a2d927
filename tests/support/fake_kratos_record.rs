//! Exchanges with real Kratos, recorded: `tests/fixtures/kratos/recovery`.

use super::http::Reply;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

/// The versions, oldest first.
pub const VERSIONS: [&str; 7] = ["v1.0.0", "v1.1.0", "v1.2.0", "v1.3.1", "v25.4.0", "v26.2.0", "HEAD"];

/// A request and what Kratos gave for it.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Whether it was asked at the public API.
    pub is_public: bool,
    pub method: String,
    /// With its query.
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Value,
    pub reply: Reply,
}

static ALL: LazyLock<BTreeMap<&str, Value>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kratos/recovery");
    let load = |version| std::fs::read(folder.join(format!("{version}.json"))).unwrap();
    VERSIONS.into_iter().map(|version| (version, serde_json::from_slice(&load(version)).unwrap())).collect()
});

/// The names that a version has.
pub fn names(version: &str) -> impl Iterator<Item = &'static String> {
    ALL[version].as_object().unwrap().keys()
}

/// One exchange.
pub fn recorded(version: &str, name: &str) -> Option<Exchange> {
    let exchange = ALL[version].get(name)?;
    let (request, response) = (&exchange["request"], &exchange["response"]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let status = u16::try_from(response["status"].as_u64().unwrap()).unwrap();
    let body = match &response["body"] {
        Value::String(text) => text.clone().into_bytes(),
        Value::Null => Vec::new(),
        json => json.to_string().into_bytes(),
    };
    let pairs = response["headers"].as_array().cloned().unwrap_or_default();
    let pairs = pairs.iter().map(|pair| (text(&pair[0]), text(&pair[1])));
    // These belong to the connection it was recorded on.
    let own = ["content-length", "transfer-encoding", "connection", "date"];
    let headers = pairs.filter(|(name, _)| !own.contains(&name.to_ascii_lowercase().as_str())).collect();
    let sent = request["headers"].as_object().cloned().unwrap_or_default();
    Some(Exchange {
        is_public: request["base"] == "public",
        method: text(&request["method"]),
        path: text(&request["path"]),
        headers: sent.iter().map(|(name, value)| (name.to_ascii_lowercase(), text(value))).collect(),
        body: request["body"].clone(),
        reply: Reply { headers, body, cut: status == 0, ..Reply::json(status, &Value::Null) },
    })
}
