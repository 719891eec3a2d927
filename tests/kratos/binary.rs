//! A Kratos process: on a database and ports of its own, gone when dropped.

use crate::rest::client;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, Once};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The binaries to test with; if there are none, says once that the suite is skipped.
pub(crate) fn binaries() -> Vec<PathBuf> {
    static SAID: Once = Once::new();
    let Some(paths) = std::env::var_os("POSTRIDER_TEST_KRATOS_BIN").filter(|value| !value.is_empty()) else {
        // Not eprintln!, which a passing test keeps to itself.
        SAID.call_once(|| {
            let line = b"suite kratos: skipped, POSTRIDER_TEST_KRATOS_BIN names no Kratos binary\n";
            std::io::stderr().write_all(line).unwrap();
        });
        return Vec::new();
    };
    std::env::split_paths(&paths).collect()
}

/// Differences in what a version takes as configuration. The newest that a binary starts with is its.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    /// v1.2 and later.
    Modern,
    /// v1.1: wants a `courier.smtp` that it never uses.
    WithSmtp,
    /// v1.0: no worker, no feature flags, no code credentials either.
    First,
}

/// A slow machine may take this long to start one.
const START: Duration = Duration::from_mins(2);

/// A running Kratos.
pub(crate) struct Kratos {
    child: Child,
    home: TempDir,
    /// For messages of failing tests.
    pub(crate) name: String,
    /// Base of the public API.
    pub(crate) public: String,
    /// Base of the admin API, with `/admin`.
    pub(crate) admin: String,
}

impl Kratos {
    /// Starts one whose courier is set up by this block, and waits until it is ready.
    pub(crate) async fn start(binary: &Path, courier: &Value) -> Self {
        Self::start_with(binary, courier, &Value::Null).await
    }

    /// Starts one with these keys laid over its configuration.
    pub(crate) async fn start_with(binary: &Path, courier: &Value, more: &Value) -> Self {
        let mut log = String::new();
        for age in [Age::Modern, Age::WithSmtp, Age::First] {
            // Between our choice of a port and Kratos's taking it somebody else may.
            for _ in 0..3 {
                let mut kratos = Self::spawn(binary, age, courier, more);
                if kratos.becomes_ready().await {
                    return kratos;
                }
                log = kratos.log();
                if !log.contains("address already in use") {
                    break;
                }
            }
        }
        panic!("{} does not start:\n{log}", binary.display());
    }

    fn spawn(binary: &Path, age: Age, courier: &Value, more: &Value) -> Self {
        let home = tempfile::tempdir().unwrap();
        let [public, admin] = free_ports();
        let config = config(age, courier, more, public, admin);
        // JSON is YAML.
        std::fs::write(home.path().join("kratos.yml"), config.to_string()).unwrap();
        migrate(binary, home.path());
        let log = std::fs::File::create(home.path().join("log")).unwrap();
        let child = Command::new(binary)
            .args(["serve", "-c", "kratos.yml", "--dev", "--watch-courier", "--sqa-opt-out"])
            .current_dir(home.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        Self {
            child,
            home,
            name: binary.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            public: format!("http://127.0.0.1:{public}"),
            admin: format!("http://127.0.0.1:{admin}/admin"),
        }
    }

    /// False if it ends instead.
    async fn becomes_ready(&mut self) -> bool {
        let (url, client) = (format!("{}/health/ready", self.admin), client());
        let begin = Instant::now();
        while begin.elapsed() < START {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{} is not ready after {START:?}:\n{}", self.name, self.log());
    }

    /// The end of what it said.
    pub(crate) fn log(&self) -> String {
        let text = std::fs::read(self.home.path().join("log")).unwrap();
        String::from_utf8_lossy(text.get(text.len().saturating_sub(6000)..).unwrap_or_default()).into_owned()
    }
}

impl Drop for Kratos {
    fn drop(&mut self) {
        // The process may be gone already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A file: in memory Kratos's tables come and go with its connections.
const DSN: &str = "sqlite://kratos.db?_fk=true&mode=rwc&_busy_timeout=10000";

/// Makes the tables; once a binary, and copies of that afterwards. Where that binary does not take the
/// configuration, its start says so.
fn migrate(binary: &Path, home: &Path) {
    static MADE: Mutex<BTreeMap<PathBuf, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let (file, mut made) = (home.join("kratos.db"), MADE.lock().unwrap());
    if let Some(database) = made.get(binary) {
        std::fs::write(file, database).unwrap();
        return;
    }
    let mut command = Command::new(binary);
    command.args(["migrate", "sql", "-e", "--yes", "-c", "kratos.yml"]).env("DSN", DSN).current_dir(home);
    if command.output().unwrap().status.success() {
        made.insert(binary.to_owned(), std::fs::read(file).unwrap());
    }
}

fn free_ports() -> [u16; 2] {
    let sockets = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    sockets.map(|socket| socket.local_addr().unwrap().port())
}

fn config(age: Age, courier: &Value, more: &Value, public: u16, admin: u16) -> Value {
    let schema = |bare| json!(format!("base64://{}", STANDARD.encode(identity_schema(age, bare).to_string())));
    let ui = "http://127.0.0.1:4455";
    let mut config = json!({
        "dsn": DSN,
        "serve": {
            "public": {"host": "127.0.0.1", "port": public, "base_url": format!("http://127.0.0.1:{public}/")},
            "admin": {"host": "127.0.0.1", "port": admin, "base_url": format!("http://127.0.0.1:{admin}/")},
        },
        "log": {"level": "info"},
        "secrets": {"cookie": ["a cookie secret for tests alone"], "cipher": ["a-cipher-secret-for-tests-alone!"]},
        "hashers": {"algorithm": "bcrypt", "bcrypt": {"cost": 4}},
        "identity": {
            "default_schema_id": "default",
            "schemas": [{"id": "default", "url": schema(false)}, {"id": "bare", "url": schema(true)}],
        },
        "selfservice": {
            "default_browser_return_url": ui,
            "methods": {"code": {"enabled": true, "config": {"lifespan": "15m"}}},
            "flows": {
                "recovery": {"enabled": true, "use": "code", "ui_url": format!("{ui}/recovery")},
                "verification": {"enabled": true, "use": "code", "ui_url": format!("{ui}/verification")},
                "settings": {"ui_url": format!("{ui}/settings")},
            },
        },
        "courier": courier,
        "feature_flags": {"use_continue_with_transitions": true},
    });
    lay_over(&mut config, more);
    let top = config.as_object_mut().unwrap();
    if age == Age::First {
        top.remove("feature_flags");
    }
    let courier = top.get_mut("courier").and_then(Value::as_object_mut).unwrap();
    if age == Age::First {
        courier.remove("worker");
    }
    if age != Age::Modern {
        courier.insert("smtp".to_owned(), json!({"connection_uri": "smtp://127.0.0.1:25/?disable_starttls=true"}));
    }
    config
}

fn lay_over(below: &mut Value, above: &Value) {
    match (below, above) {
        (_, Value::Null) => {}
        (Value::Object(below), Value::Object(above)) => {
            for (key, value) in above {
                lay_over(below.entry(key).or_insert(Value::Null), value);
            }
        }
        (below, above) => above.clone_into(below),
    }
}

/// An address of mail, and perhaps a second one; a bare account has no recovery address.
fn identity_schema(age: Age, bare: bool) -> Value {
    let mut credentials = json!({"password": {"identifier": true}});
    if age != Age::First {
        credentials.as_object_mut().unwrap().insert("code".to_owned(), json!({"identifier": true, "via": "email"}));
    }
    let via = json!({"via": "email"});
    let mut first = json!({"credentials": credentials, "verification": via});
    if !bare {
        first.as_object_mut().unwrap().insert("recovery".to_owned(), via.clone());
    }
    json!({
        "$id": "https://example.org/identity.schema.json",
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {"traits": {
            "type": "object",
            "properties": {
                "email": {"type": "string", "format": "email", "ory.sh/kratos": first},
                "second": {"type": "string", "format": "email", "ory.sh/kratos": {"recovery": via}},
            },
            "required": ["email"],
            "additionalProperties": false,
        }},
    })
}
