//! What the doctor is asked to look at, and what it said.

use crate::fake_dns::FakeDns;
use crate::fake_kratos::FakeKratos;
use crate::fake_smtp::{FakeSmtp, Setup};
use crate::server;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// The mail server's password; nobody may see it.
pub(crate) const PASSWORD: &str = "a-smtp-password";

/// A postrider that is configured well, with all that it needs around it.
pub(crate) struct Patient {
    pub(crate) home: TempDir,
    pub(crate) kratos: FakeKratos,
    pub(crate) smtp: FakeSmtp,
    pub(crate) dns: FakeDns,
}

/// What DNS says of its From domain.
const ZONE: &str = "
    example.com MX 10 mail.example.com
    mail.example.com A 192.0.2.25
    example.com TXT v=spf1 mx -all
    _dmarc.example.com TXT v=DMARC1; p=reject; rua=mailto:dmarc@example.com
";

/// What came of it.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) text: String,
    pub(crate) errors: String,
}

impl Patient {
    pub(crate) async fn new() -> Self {
        let (kratos, smtp) =
            (FakeKratos::start().await, FakeSmtp::with(Setup::plain().auth("postrider", PASSWORD)).await);
        let dns = FakeDns::start(ZONE).await;
        let patient = Self { home: tempfile::tempdir().unwrap(), kratos, smtp, dns };
        patient.configure("");
        patient
    }

    /// Lays these lines over the good configuration.
    pub(crate) fn configure(&self, more: &str) {
        let uri = format!("smtp://postrider:{PASSWORD}@127.0.0.1:{}/?disable_starttls=true", self.smtp.port());
        let text = server::config(0).replace("smtp://127.0.0.1:0/?disable_starttls=true", &uri);
        std::fs::write(self.home.path().join("postrider.yml"), text).unwrap();
        let url = self.kratos.url();
        let more = more.replace("{home}", self.home.path().to_str().unwrap());
        let kratos = format!(
            "kratos: {{public_url: '{url}', admin_url: '{url}'}}\nrecovery: {{ui_url: 'https://app.example.org/r'}}\n"
        );
        std::fs::write(self.home.path().join("kratos-of.yml"), kratos).unwrap();
        std::fs::write(self.home.path().join("more.yml"), more).unwrap();
    }

    /// Runs the doctor with these arguments.
    pub(crate) async fn run(&self, args: &[&str]) -> Said {
        self.run_beside(self.dns.address(), args).await
    }

    /// The same with this name server.
    pub(crate) async fn run_beside(&self, name_server: SocketAddr, args: &[&str]) -> Said {
        let name_server = name_server.to_string();
        let mut all = vec!["-c", "postrider.yml", "-c", "kratos-of.yml", "-c", "more.yml", "doctor"];
        all.extend(["--name-server", &name_server]);
        all.extend(args);
        let mut command = server::postrider(self.home.path(), &all);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        Said::of(&output)
    }

    /// With a kratos.yml of the fixtures, as JSON.
    pub(crate) async fn json(&self, fixture: &str) -> (i32, Vec<Value>) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kratos-yml").join(fixture);
        let said = self.run(&["--format", "json", "--kratos-config", file.to_str().unwrap()]).await;
        let report: Value = serde_json::from_str(&said.text).unwrap_or_else(|error| panic!("{error}: {}", said.text));
        (said.code, report["findings"].as_array().unwrap().clone())
    }

    /// What is wrong, as `verdict subject`, once its kratos.yml is good.
    pub(crate) async fn worries(&self) -> Vec<String> {
        let (code, findings) = self.json("good.yml").await;
        let worries = worries(&findings);
        assert_eq!(code, i32::from(worries.iter().any(|worry| worry.starts_with("bad"))), "{findings:#?}");
        worries
    }
}

/// Warnings and worse.
pub(crate) fn worries(findings: &[Value]) -> Vec<String> {
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let worse = findings.iter().filter(|finding| ["warning", "bad"].contains(&finding["verdict"].as_str().unwrap()));
    worse.map(|finding| format!("{} {}", word(finding, "verdict"), word(finding, "subject"))).collect()
}

impl Said {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let said =
            Self { code: output.status.code().unwrap(), text: text(&output.stdout), errors: text(&output.stderr) };
        let in_base64 = STANDARD.encode(format!("\0postrider\0{PASSWORD}"));
        for secret in [&in_base64, PASSWORD, "another-secret-key", "Bearer key", "a-password@", "thirty-two characters"]
        {
            assert!(!said.text.contains(secret) && !said.errors.contains(secret), "{secret}: {}", said.text);
        }
        said
    }
}
