//! What docs/recovery.md and README say is to be typed, typed: by curl, in Python and in TypeScript,
//! against the real binary; and no code, token or password in its log at the finest level.

use crate::fake_kratos::{ADDRESS, CODE, FakeKratos, TOTP};
use crate::fake_smtp::FakeSmtp;
use crate::server::{SOON, Server, alone, config, skipped, told};
use crate::typed::{at, has, lines, link_id, path, sh, text};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A server that says all it can, and what it needs.
struct Stage {
    kratos: FakeKratos,
    smtp: FakeSmtp,
    home: TempDir,
    server: Server,
}

impl Stage {
    async fn new() -> Self {
        let (smtp, kratos) = (FakeSmtp::start().await, FakeKratos::start().await);
        let more = format!(
            "kratos: {{public_url: '{0}', admin_url: '{0}'}}\nrecovery: {{ui_url: 'https://app.example.org/recover'}}\n\
             log: {{level: trace}}\n",
            kratos.url()
        );
        let ops = "{id: ops, role: operator, value: ops-token}";
        let home = tempfile::tempdir().unwrap();
        let admin = config(smtp.port()).replace(ops, "{id: ops, role: admin, value: ops-token}");
        std::fs::write(home.path().join("postrider.yml"), admin + &more).unwrap();
        let server = Server::start(home.path());
        Self { kratos, smtp, home, server }
    }

    fn public(&self) -> String {
        let said = self.server.said();
        let line = said.lines().find(|line| line.contains("postrider is ready")).unwrap();
        format!("http://{}", line.split("public=").nth(1).unwrap().split(' ').next().unwrap())
    }

    /// The lines as they stand in our texts, at this server and this Kratos.
    fn sh(&self, lines: &str) -> Output {
        let kratos = self.kratos.url();
        let script = at(lines, &self.public(), &self.server.endpoint(), kratos.trim_end_matches('/'), "ops-token");
        sh(alone(Command::new("sh"), self.home.path()), &script, "ops-token")
    }

    /// Runs an example, which asks for what these lines answer.
    fn run(&self, command: Command, answers: &[&str]) -> (i32, String, String) {
        let mut command = alone(command, self.home.path());
        command.args([&self.public(), ADDRESS]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all((answers.join("\n") + "\n").as_bytes()).unwrap();
        told(&child.wait_with_output().unwrap())
    }

    /// Ends, and looks through all that was said.
    fn end(self, secrets: &[&str]) {
        let said = self.server.said();
        assert!(said.contains("TRACE") || said.contains("DEBUG"), "it says little:\n{said}");
        for secret in secrets.iter().copied().chain(["ory_st_", ADDRESS, "ops-token"]) {
            assert!(!said.contains(secret), "{secret:?} is in the log");
        }
        assert_eq!(self.server.stop(), Some(0));
    }
}

/// The JSON objects that a script printed, one after another.
fn printed(output: &Output) -> Vec<Value> {
    let (status, out, said) = told(output);
    assert_eq!(status, 0, "{out}\n{said}");
    serde_json::Deserializer::from_str(&out).into_iter::<Value>().map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lines_of_the_readme_are_enough() {
    if !has(&["curl", "jq"], "the recovery lines of the README") {
        return;
    }
    let stage = Stage::new().await;
    let both = lines(&text("README.md"), "Let somebody back in");
    let (issue, finish) = both.split_once("curl ").unwrap();
    let (status, out, said) = told(&stage.sh(issue));
    assert_eq!((status, said.as_str()), (0, ""), "{out}");
    let mail = stage.smtp.await_mails(1, SOON).await.remove(0);
    assert_eq!((mail.rcpt.as_slice(), mail.text().contains(CODE)), (&[ADDRESS.to_owned()][..], true));
    let id = link_id(&mail.text());
    assert!(out.contains(&id), "{out}");
    let answers = printed(&stage.sh(&format!("RECOVERY_ID={id}\ncurl {finish}")));
    assert_eq!(answers.len(), 2, "{answers:?}");
    assert_eq!((&answers[0]["password"], &answers[0]["state"]), (&json!("set"), &json!("passed_challenge")));
    assert!(answers[1]["session_token"].as_str().unwrap().starts_with("ory_st_"), "{answers:?}");
    assert_eq!(stage.kratos.world(|world| world.password.clone()), "a good new password");
    stage.end(&[CODE, "a good new password", &id]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lines_of_the_page_lead_to_a_new_password() {
    if !has(&["curl", "jq"], "the lines of docs/recovery.md") {
        return;
    }
    let stage = Stage::new().await;
    let page = text("docs/recovery.md");
    let (status, out, said) = told(&stage.sh(&lines(&page, "An admin issues a recovery")));
    assert_eq!((status, said.as_str()), (0, ""), "{out}");
    stage.smtp.await_mails(2, SOON).await;

    let output = stage.sh(&lines(&page, "The user's way, in curl"));
    let answers = printed(&output);
    let [wrong, set, logged_in, standing, again] = answers.as_slice() else { panic!("{answers:#?}") };
    assert_eq!(wrong["error"]["id"], "recovery_code_invalid");
    let passed: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!((&passed["password"], &passed["messages"][0]["id"]), (&json!("refused"), &json!(4_000_032)));
    assert_eq!(*set, json!({"password": "set"}));
    assert!(logged_in.as_str().unwrap().starts_with("ory_st_"));
    assert_eq!(standing["state"], "passed_challenge");
    assert_eq!(again["error"]["id"], "recovery_code_used");
    stage.end(&[CODE, "a good new password", passed["session_token"].as_str().unwrap()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lines_of_the_page_show_a_second_factor() {
    if !has(&["curl", "jq"], "the second factor of docs/recovery.md") {
        return;
    }
    let stage = Stage::new().await;
    stage.kratos.world(|world| world.second_factor = true);
    let page = text("docs/recovery.md");
    let begin = lines(&page, "The user's way, in curl");
    let (begin, _) = begin.split_once("curl -s http://127.0.0.1:4477/recoveries/$RECOVERY_ID/password").unwrap();
    let answers = printed(&stage.sh(&(begin.to_owned() + &lines(&page, "A second factor"))));
    assert_eq!(answers.last(), Some(&json!({"password": "set"})), "{answers:#?}");
    stage.end(&[CODE, TOTP, "a good new password"]);
}

/// A wrong code, a password that is too short, the right code: as a user goes.
const ANSWERS: [&str; 4] = ["short", "999999", CODE, "a good new password"];

fn went_well((status, out, said): (i32, String, String), stage: Stage) {
    assert_eq!((status, said.as_str()), (0, ""), "{out}");
    for part in ["That is not the code.", "at least 8 characters", "Your new password is set."] {
        assert!(out.contains(part), "{out}");
    }
    assert_eq!(stage.kratos.world(|world| world.password.clone()), "a good new password");
    stage.end(&[CODE, "a good new password"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_example_works() {
    if !has(&["python3"], "docs/examples/recovery.py") {
        return;
    }
    let stage = Stage::new().await;
    let mut command = Command::new("python3");
    command.arg(path("docs/examples/recovery.py"));
    let went = stage.run(command, &ANSWERS);
    went_well(went, stage);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_typescript_example_works() {
    let what = "docs/examples/recovery.ts";
    if !has(&["node"], what) {
        return;
    }
    let built = tempfile::tempdir().unwrap();
    let mut command = Command::new("node");
    let tsc = path("tests/examples/node_modules/.bin/tsc");
    if tsc.exists() {
        let checked =
            Command::new(tsc).arg("-p").arg(path("tests/examples")).arg("--outDir").arg(built.path()).output();
        let (status, out, said) = told(&checked.unwrap());
        assert_eq!(status, 0, "{out}{said}");
        std::fs::write(built.path().join("package.json"), r#"{"type": "module"}"#).unwrap();
        command.arg(built.path().join("recovery.js"));
    } else if Command::new("node")
        .args(["--eval", "process.exit(process.features.typescript ? 0 : 1)"])
        .status()
        .unwrap()
        .success()
    {
        command.args(["--no-warnings".into(), path(what)]);
    } else {
        skipped(&format!("{what}: this node takes no types away, and tests/examples has no tsc (npm ci there)"));
        return;
    }
    let stage = Stage::new().await;
    let went = stage.run(command, &ANSWERS);
    went_well(went, stage);
}
