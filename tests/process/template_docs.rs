//! What docs/templates.md and docs/migrate.md say is to be typed, typed: files with the contents they print,
//! commands as they stand there, and what those are said to answer.

use crate::server::{Server, alone, ask, config, get, told, until};
use crate::typed::{sh, text};
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/kratos/courier/v26.2.0");

/// The fenced blocks below a heading, in their order: language and content.
fn blocks(page: &str, heading: &str) -> Vec<(String, String)> {
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let fenced = section.split("\n```").skip(1).step_by(2);
    fenced
        .map(|block| {
            let (language, content) = block.split_once('\n').unwrap();
            (language.to_owned(), format!("{content}\n"))
        })
        .collect()
}

/// The block in this language with this word.
fn block<'a>(blocks: &'a [(String, String)], language: &str, word: &str) -> &'a str {
    let fits = |(of, content): &&(String, String)| of == language && content.contains(word);
    &blocks.iter().find(fits).unwrap_or_else(|| panic!("no {language} block has {word}")).1
}

fn write(home: &Path, path: &str, content: &str) {
    let place = home.join(path);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(place, content).unwrap();
}

fn typed(home: &Path, script: &str) -> Output {
    sh(alone(Command::new("sh"), home), script, "ops-token")
}

/// A long-running command of the page, last of its lines, on a port of its own.
fn running(home: &Path, lines: &str, environment: &[(&str, &str)], more: &str) -> Command {
    let (before, last) = lines.trim_end().rsplit_once('\n').unwrap_or(("", lines.trim_end()));
    let bin = Path::new(crate::server::BINARY).parent().unwrap().display();
    let mut command = alone(Command::new("sh"), home);
    // Variables before a command stay with it behind `env`; `exec`, so that ending it ends no shell alone.
    command.args(["-euc", &format!("PATH={bin}:$PATH\n{before}\nexec env {last} {more}")]);
    command.envs(environment.iter().copied());
    command
}

/// Ended when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

#[test]
fn the_page_leads_from_zero_to_a_changed_german_recovery_mail() {
    let page = blocks(&text("docs/templates.md"), "From zero to a changed German recovery mail");
    let home = tempfile::tempdir().unwrap();
    let home = home.path();

    let mut preview = running(home, block(&page, "sh", "templates preview"), &[], "--port 0");
    let mut preview = Running(preview.stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(preview.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.strip_prefix("http://").unwrap().split('/').next().unwrap().to_owned();
    let shown = || get(&address, "/parts?template_type=recovery_code_valid&locale=de").unwrap().body;
    assert!(shown().contains("Mit diesem Code kommen Sie wieder in Ihr Konto:"), "ours, in German");

    let sentence = block(&page, "text", "recovery-code-intro = ");
    write(home, "mine/locales/de/mine.ftl", sentence);
    let said = sentence.trim_end().split_once(" = ").unwrap().1;
    until("the sentence in text and HTML", || (shown().matches(said).count() == 2).then_some(()));
    let cell = block(&page, "html", "class=\"code\"");
    write(home, "mine/partials/code.html.hbs", cell);
    until("the changed look", || shown().contains("#fff4d6").then_some(()));
    drop(preview);

    let check = block(&page, "sh", "templates check");
    let (status, out, said_too) = told(&typed(home, check));
    assert_eq!((status, said_too.as_str()), (0, ""), "{out}");
    assert_eq!(out, block(&page, "text", "messages rendered"));
    write(home, "mine/mails/recovery_code_valid/subject.hbs", "Use code {{kode}}\n");
    write(home, "mine/partials/code.html.hbs", &cell.replacen("color:#161a21", "color:#ccc", 1));
    let (status, out, problems) = told(&typed(home, check));
    assert_eq!(status, 1);
    assert_eq!(out + &problems, block(&page, "text", "kode"));
    fs::remove_file(home.join("mine/mails/recovery_code_valid/subject.hbs")).unwrap();
    write(home, "mine/partials/code.html.hbs", cell);

    let ports = [("POSTRIDER_SERVE_ADMIN_PORT", "0"), ("POSTRIDER_SERVE_PUBLIC_PORT", "0")];
    let server = Server::ready(running(home, block(&page, "sh", "serve --dev"), &ports, ""));
    // Its own sample is older then, and what the inbox shows is ours.
    server.await_word("\"expires_in_minutes\":15");
    let send = format!("export POSTRIDER_ENDPOINT={}\n{}", server.endpoint(), block(&page, "sh", "send-sample"));
    let send = || told(&sh(alone(Command::new("sh"), home), &send, "dev"));
    let (status, out, said_too) = send();
    assert_eq!((status, said_too.as_str()), (0, ""), "{out}");
    let inbox = || ask(&server.admin, "GET /ui/inbox HTTP/1.1", "").unwrap().body;
    until("the German mail", || inbox().contains(said).then_some(()));
    write(home, "mine/locales/de/mine.ftl", "recovery-code-intro = Noch einmal anders:\n");
    server.await_word("changed templates are in use");
    assert_eq!(send().0, 0);
    until("the mail as it was saved last", || inbox().contains("Noch einmal anders:").then_some(()));
    let over_http =
        blocks(&text("docs/templates.md"), "Over HTTP")[0].1.replace("http://127.0.0.1:4478", &server.endpoint());
    let (status, out, said_too) = told(&sh(alone(Command::new("sh"), home), &over_http, "dev"));
    assert_eq!(status, 0, "{said_too}");
    let shown: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((shown["locale"].as_str(), shown["template_source"].as_str()), (Some("de"), Some("overlay")), "{out}");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn what_the_page_says_of_brands_is_understood() {
    let home = tempfile::tempdir().unwrap();
    let logo = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/logo.png");
    let page = blocks(&text("docs/templates.md"), "A brand without a template");
    let brands = block(&page, "yaml", "logo_file").replace("/etc/postrider/logo.png", logo);
    write(home.path(), "postrider.yml", &config(1));
    let auth = "{auth: [{id: o, type: basic_auth, config: {user: u, password: p}}], brand:";
    write(home.path(), "brand.yml", &brands.replace("{brand:", auth));
    let (status, out, said) = told(&typed(home.path(), "postrider -c postrider.yml -c brand.yml check"));
    assert_eq!(status, 0, "{out}{said}");
}

#[test]
fn the_page_leads_from_kratos_templates_to_ours() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let page = text("docs/migrate.md");
    let here =
        |lines: &str| lines.replace("/etc/kratos/templates", "theirs").replace("/etc/postrider/templates", "ours");
    let tree = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/gotmpl/kratos/v26.2.0.json"));
    let tree: serde_json::Map<String, Value> = serde_json::from_str(&tree.unwrap()).unwrap();
    for (path, content) in
        tree.iter().filter(|(path, _)| path.starts_with("recovery_code/") || path.starts_with("login_code/"))
    {
        write(home, &format!("theirs/{path}"), content.as_str().unwrap());
    }
    let import = blocks(&page, "2. Take your templates over");
    let line = here(block(&import, "sh", "import gotmpl"));
    let (status, out, said) = told(&typed(home, &line));
    assert_eq!(status, 0, "{out}{said}");
    assert!(home.join("ours/mails/recovery_code_valid/html.hbs").is_file());

    // What has no counterpart is listed as the page shows it.
    let mark = block(&import, "", "sha256sum");
    write(
        home,
        "marked/recovery_code/valid/email.body.plaintext.gotmpl",
        "Hi,\n\n{{ .RecoveryCode }}\n{{ .Identity.id | sha256sum }}\n",
    );
    let (status, out, _) = told(&typed(home, &line.replace("theirs", "marked").replace("ours", "marked-out")));
    assert!(status == 1 && out.contains(mark), "{out}");

    let compare = blocks(&page, "3. Compare");
    let ports = [("POSTRIDER_SERVE_ADMIN_PORT", "0"), ("POSTRIDER_SERVE_PUBLIC_PORT", "0")];
    let server = Server::ready(running(home, block(&compare, "sh", "--record posted"), &ports, ""));
    let head = "POST /courier HTTP/1.1\nAuthorization: Bearer dev\nContent-Type: application/json";
    for name in ["email.login_code_valid.self-service", "email.recovery_code_valid.self-service"] {
        let body = fs::read_to_string(format!("{RECORDED}/{name}.json")).unwrap();
        assert_eq!(ask(&server.admin, head, &body).unwrap().status, 200, "{name}");
    }
    assert_eq!(server.stop(), Some(0));
    let (status, out, said) = told(&typed(home, &here(block(&compare, "sh", "templates diff"))));
    assert_eq!((status, said.as_str()), (0, ""), "{out}");
    assert!(out.starts_with("2 compared: 2 the same"), "{out}");
    let (status, out, _) = told(&typed(home, &here(block(&compare, "sh", "templates check"))));
    assert!(
        status == 1 && out.lines().all(|line| line.contains("there is no <title>") || line.contains("rendered")),
        "{out}"
    );

    for (heading, kratos_words) in [("1. Start with Kratos's words", true), ("4. Switch, type by type", false)] {
        let yaml = here(block(&blocks(&page, heading), "yaml", "render:"));
        write(home, "postrider.yml", &format!("{}{yaml}", config(1)));
        let (status, out, said) = told(&typed(home, "postrider -c postrider.yml check"));
        assert_eq!(status, 0, "{heading}: {out}{said}");
        assert_eq!(!yaml.contains("recovery_code_valid"), kratos_words);
    }
}
