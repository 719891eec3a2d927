//! postrider in this process, on a database that outlives it.

use crate::fake_smtp::FakeSmtp;
use postrider::app::{App, Start};
use postrider::config::Config;
use postrider::domain::SystemClock;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What Kratos shows in `Authorization`.
pub(crate) const BEARER: &str = "Bearer 5f0c2d9a7be14c3d";

/// A folder of this name beside the database gets each body that Kratos posts.
pub(crate) const RECORD: &str = "posted";

/// An admin's.
pub(crate) const TOKEN: &str = "8d1e";

/// The usual way in: [`BEARER`].
pub(crate) fn by_key() -> Value {
    let config = json!({"in": "header", "name": "Authorization", "value": BEARER});
    json!({"id": "kratos", "type": "api_key", "config": config})
}

/// Starts one that delivers to `smtp`; port 0 is any free one.
pub(crate) async fn start(home: &Path, port: u16, smtp: &FakeSmtp, credential: &Value) -> App {
    start_with(home, port, smtp, credential, &json!({})).await
}

/// Starts one with these sections, too.
pub(crate) async fn start_with(home: &Path, port: u16, smtp: &FakeSmtp, credential: &Value, sections: &Value) -> App {
    let mut config = json!({
        "dsn": format!("sqlite://{}", home.join("postrider.db").display()),
        "serve": {"public": {"port": 0}, "admin": {"port": port}},
        "secrets": {"cipher": ["a cipher secret for tests and nothing else"]},
        "sources": {"default": {"auth": [credential]}},
        "admin": {"tokens": [{"id": "test", "role": "admin", "value": TOKEN}]},
        "courier": {"smtp": {
            "connection_uri": format!("smtp://127.0.0.1:{}/?disable_starttls=true", smtp.port()),
            "from_address": "no-reply@example.org",
        }},
        "limits": {"recipient": {"per_hour": 0, "per_day": 0}},
    });
    config.as_object_mut().unwrap().extend(sections.as_object().unwrap().clone());
    let file = home.join("postrider.yml");
    std::fs::write(&file, config.to_string()).unwrap();
    let loaded = Config::load(&[file], std::iter::empty(), false).unwrap();
    let start = Start {
        migrate: true,
        open_dev: false,
        lock_patience: Duration::from_secs(30),
        clock: Arc::new(SystemClock::new()),
        handed_over: postrider::config::HandedOver::default(),
        record: Some(home.join(RECORD)).filter(|folder| folder.is_dir()),
    };
    App::start(&loaded.config, start).await.unwrap()
}

/// Where Kratos posts.
pub(crate) fn courier_url(address: SocketAddr) -> String {
    format!("http://{address}/courier")
}
