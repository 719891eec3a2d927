//! Row 6: a real Kratos, its courier set as fast as it goes, drains its queue through postrider;
//! beside it the same Kratos with a server that only answers 200, and with its own SMTP courier. The
//! mail server is 20 ms away, over TLS.

use crate::http_handler::Handler;
use crate::link;
use crate::machine::{Cores, Watch};
use crate::posts::BEARER;
use crate::provider::Provider;
use crate::report::{Goal, Report, rounded};
use crate::server::{Home, Server};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const MESSAGES: u32 = 2_000;
/// Its own courier opens a connection for each mail: so many tell how fast that is.
const BY_SMTP: u32 = 60;
const WAY: Duration = Duration::from_millis(20);
const ROUNDS: usize = 2;
const DSN: &str = "sqlite://kratos.db?_fk=true&mode=rwc&_busy_timeout=10000";
/// The whole context, as the documentation recommends it: `function(ctx) ctx`.
const BODY: &str = "base64://ZnVuY3Rpb24oY3R4KSBjdHg=";

pub(crate) async fn run(report: &mut Report) {
    let named = std::env::var_os("POSTRIDER_TEST_KRATOS_BIN").filter(|value| !value.is_empty());
    let Some(binary) = named.as_deref().and_then(|paths| std::env::split_paths(paths).next()) else {
        return println!("kratos: skipped, POSTRIDER_TEST_KRATOS_BIN names no Kratos binary");
    };
    let kratos = Kratos { queue: queue(&binary).await, binary };
    let (mut handler, mut posted, mut delivered) = (Vec::new(), Vec::new(), Vec::new());
    let mut cores = None;
    for _ in 0..ROUNDS {
        handler.push(kratos.to_handler().await);
        let through = kratos.through_postrider().await;
        posted.push(through.posted);
        delivered.push(through.delivered);
        cores = Some(through.cores);
    }
    let own = kratos.by_smtp().await;
    let mean = |rates: &[f64]| rates.iter().sum::<f64>() / rates.len() as f64;
    let rows = [
        ("posted to postrider", &posted),
        ("delivered by postrider, 20 ms away over TLS", &delivered),
        ("posted to a handler that answers 200", &handler),
        ("sent by its own SMTP courier, 20 ms away over TLS", &vec![own]),
    ];
    let table = report.section(&format!("6 · a real Kratos drains {MESSAGES} messages"), cores.unwrap());
    table.row(["mails a second", "mean", "runs"]);
    for (name, rates) in rows {
        let runs: Vec<_> = rates.iter().map(|rate| rounded(*rate)).collect();
        table.row([name.to_owned(), rounded(mean(rates)), runs.join(", ")]);
    }
    report.goal("Kratos through postrider, of a bare handler", mean(&posted) / mean(&handler), Goal::AtLeast(0.95));
    report.goal("delivered by postrider, of Kratos's own courier", mean(&delivered) / own, Goal::AtLeast(40.0));
}

/// A Kratos with a queue that is full.
struct Kratos {
    binary: PathBuf,
    queue: TempDir,
}

/// Killed when dropped.
struct Running(Child);

struct Through {
    posted: f64,
    delivered: f64,
    cores: Cores,
}

impl Kratos {
    /// Its courier at work on a copy of the queue.
    fn drain(&self, courier: &Value) -> (Running, TempDir) {
        let home = TempDir::with_prefix_in("kratos-", env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::copy(self.queue.path().join("kratos.db"), home.path().join("kratos.db")).unwrap();
        let child = start(&self.binary, home.path(), &config(courier, free_ports()), &["courier", "watch"]);
        (Running(child), home)
    }

    async fn to_handler(&self) -> f64 {
        let handler = Handler::start();
        let _running = self.drain(&http(&format!("http://{}/courier", handler.address)));
        timed(MESSAGES, || handler.answered()).await
    }

    async fn through_postrider(&self) -> Through {
        let provider = Provider::start(Duration::ZERO);
        let near = link::to(provider.address, WAY);
        let home = Home::new("");
        let uri = format!("smtps://user:password@{near}/?skip_ssl_verify=true");
        // Eight, the default, carry 152 mails a second over such a way.
        home.configure("sqlite://postrider.db", &uri, ", connections: 16");
        let server = Server::start(&home).await;
        let watch = Watch::start(server.process());
        let _running = self.drain(&http(&format!("http://{}/courier", server.address)));
        let database = rusqlite::Connection::open(home.path().join("postrider.db")).unwrap();
        let mut count = database.prepare("SELECT count(*) FROM messages").unwrap();
        let posted = timed(MESSAGES, || count.query_row([], |row| row.get::<_, u32>(0)).unwrap()).await;
        let cores = watch.stop();
        Through { posted, delivered: delivered(&provider, MESSAGES).await, cores }
    }

    async fn by_smtp(&self) -> f64 {
        let provider = Provider::start(Duration::ZERO);
        let near = link::to(provider.address, WAY);
        let uri = format!("smtps://user:password@{near}/?skip_ssl_verify=true");
        let _running = self.drain(&json!({
            "smtp": {"connection_uri": uri, "from_address": "login@example.com"},
            "worker": {"pull_count": 255, "pull_wait": "10ms"},
        }));
        delivered(&provider, BY_SMTP).await
    }
}

/// Mails a second, from the first to the last.
async fn timed(number: u32, mut count: impl FnMut() -> u32) -> f64 {
    let mut first = None;
    let begun = Instant::now();
    loop {
        let seen = count();
        if seen > 0 && first.is_none() {
            first = Some((Instant::now(), seen));
        }
        if let (Some((since, before)), true) = (first, seen >= number) {
            return f64::from(seen - before) / since.elapsed().as_secs_f64();
        }
        assert!(begun.elapsed() < Duration::from_mins(5), "{seen} of {number} came");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn delivered(provider: &Provider, number: u32) -> f64 {
    let begun = Instant::now();
    loop {
        let (seen, times) = provider.all();
        if let (true, Some((first, last))) = (seen >= number as usize, times) {
            return (seen - 1) as f64 / (last - first).as_secs_f64();
        }
        assert!(begun.elapsed() < Duration::from_mins(5), "{seen} of {number} came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A directory with a database in which so many messages wait: one that Kratos made, and copies.
async fn queue(binary: &Path) -> TempDir {
    let home = TempDir::with_prefix_in("kratos-", env!("CARGO_TARGET_TMPDIR")).unwrap();
    let ports = free_ports();
    let config = config(&http("http://127.0.0.1:9/courier"), ports);
    let migrated = start(binary, home.path(), &config, &["migrate", "sql", "-e", "--yes"]).wait().unwrap();
    assert!(migrated.success(), "{}", fs::read_to_string(home.path().join("log")).unwrap());
    let serving = start(binary, home.path(), &config, &["serve", "--dev", "--sqa-opt-out"]);
    let serving = Running(serving);
    let (public, client) = (format!("http://127.0.0.1:{}", ports[0]), client());
    let begun = Instant::now();
    let flow: Value = loop {
        let asked = client.get(format!("{public}/self-service/recovery/api")).send().await;
        match asked {
            Ok(answer) if answer.status().is_success() => break answer.json().await.unwrap(),
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
        let log = home.path().join("log");
        assert!(begun.elapsed() < Duration::from_mins(2), "{}", fs::read_to_string(log).unwrap());
    };
    let body = json!({"method": "code", "email": "u@example.org"});
    let submit = format!("{public}/self-service/recovery?flow={}", flow["id"].as_str().unwrap());
    let answer = client.post(submit).json(&body).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    drop(serving);
    multiply(&home.path().join("kratos.db"));
    home
}

fn free_ports() -> [u16; 2] {
    let sockets = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    sockets.map(|socket| socket.local_addr().unwrap().port())
}

fn client() -> reqwest::Client {
    drop(rustls::crypto::ring::default_provider().install_default());
    let tls = postrider::transport::smtp::client_tls().unwrap();
    reqwest::Client::builder()
        .timeout(Duration::from_mins(1))
        .no_proxy()
        .tls_backend_preconfigured(tls)
        .build()
        .unwrap()
}

fn multiply(file: &Path) {
    let db = rusqlite::Connection::open(file).unwrap();
    let columns: Vec<String> = db
        .prepare("SELECT name FROM pragma_table_info('courier_messages')")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let values: Vec<_> = columns
        .iter()
        .map(|column| match column.as_str() {
            "id" => "printf('%08x-0000-4000-8000-%012x', i, i)".to_owned(),
            "recipient" => "'u@d' || i || '.example.org'".to_owned(),
            other => format!("m.{other}"),
        })
        .collect();
    let sql = format!(
        "INSERT INTO courier_messages ({}) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         SELECT {} FROM n, (SELECT * FROM courier_messages LIMIT 1) AS m",
        columns.join(", "),
        values.join(", ")
    );
    let made = db.execute(&sql, [MESSAGES - 1]).unwrap();
    assert_eq!(made, MESSAGES as usize - 1, "Kratos queued no message to copy");
}

fn start(binary: &Path, home: &Path, config: &Value, command: &[&str]) -> Child {
    // JSON is YAML.
    fs::write(home.join("kratos.yml"), config.to_string()).unwrap();
    let log = File::options().create(true).append(true).open(home.join("log")).unwrap();
    Command::new(binary)
        .args(command)
        .args(["-c", "kratos.yml"])
        .env("DSN", DSN)
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", binary.display()))
}

fn http(url: &str) -> Value {
    let auth = json!({"type": "api_key", "config": {"in": "header", "name": "Authorization", "value": BEARER}});
    json!({
        "delivery_strategy": "http",
        "http": {"request_config": {"url": url, "method": "POST", "body": BODY, "auth": auth}},
        "worker": {"pull_count": 255, "pull_wait": "10ms"},
    })
}

fn config(courier: &Value, [public, admin]: [u16; 2]) -> Value {
    let ui = "http://127.0.0.1:4455";
    // Its account schema, of which no account is made.
    let schema = "base64://eyJ0eXBlIjoib2JqZWN0IiwicHJvcGVydGllcyI6eyJ0cmFpdHMiOnsidHlwZSI6Im9iamVjdCIsInByb3BlcnRpZXMiOnsiZW1haWwiOnsidHlwZSI6InN0cmluZyIsIm9yeS5zaC9rcmF0b3MiOnsicmVjb3ZlcnkiOnsidmlhIjoiZW1haWwifX19fX19fQ==";
    json!({
        "dsn": DSN,
        "serve": {"public": {"host": "127.0.0.1", "port": public}, "admin": {"host": "127.0.0.1", "port": admin}},
        "log": {"level": "error"},
        "secrets": {"cookie": ["a cookie secret for benchmarks"], "cipher": ["a-cipher-secret-for-benchmarks!!"]},
        "identity": {"default_schema_id": "default", "schemas": [{"id": "default", "url": schema}]},
        "selfservice": {
            "default_browser_return_url": ui,
            "methods": {"code": {"enabled": true}},
            "flows": {"recovery": {"enabled": true, "use": "code", "ui_url": ui, "notify_unknown_recipients": true}},
        },
        "courier": courier,
    })
}

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}
