//! `templates list|check|preview`: what a designer types.

use crate::server::{BINARY, alone, ask, get, run, until};
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const PAYLOADS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/kratos/courier");

fn home(files: &[(&str, &str)]) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(home.path(), path, text);
    }
    home
}

fn write(home: &Path, path: &str, text: &str) {
    let place = home.join(path);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(place, text).unwrap();
}

#[test]
fn check_passes_ours_with_everything_that_kratos_ever_posted() {
    let home = home(&[]);
    let (status, out, said) = run(home.path(), &["templates", "check", "--payloads", PAYLOADS]);
    assert_eq!((status, said.as_str()), (0, ""), "{out}");
    assert!(out.starts_with("24 types in 12 languages, "), "{out}");
    let bodies: usize = out.split_once("rendered; ").unwrap().1.split(' ').next().unwrap().parse().unwrap();
    assert!(bodies > 150 && out.contains("of which 0 go out as Kratos wrote them"), "{out}");
}

#[test]
fn check_tells_what_to_mend_and_fails() {
    let home = home(&[
        ("mine/mails/login_code_valid/text.hbs", "{{code}}\n{{nme}}\n"),
        ("mine/partials/footer.html.hbs", "<p style=\"color:#bbb\">pale</p>\n"),
        ("postrider.yml", "templates: {directory: mine}\n"),
    ]);
    let (status, out, said) = run(home.path(), &["templates", "check", "--directory", "mine"]);
    assert_eq!((status, said.as_str()), (1, "postrider: 2 problems\n"), "{out}");
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines[0], "mails/login_code_valid/text.hbs:2:1: there is no value nme; did you mean name?");
    assert!(
        lines[1].starts_with("partials/footer.html.hbs:1:1: the text is hard to read: #bbbbbb on #f1f3f6"),
        "{out}"
    );

    let (status, out, _) = run(home.path(), &["--format", "json", "templates", "check", "--directory", "mine"]);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, told["problems"].as_array().unwrap().len()), (1, 2));
    assert_eq!((told["problems"][0]["line"].as_u64(), told["types"].as_u64()), (Some(2), Some(24)));
    let (status, out, _) = run(home.path(), &["--format", "yaml", "templates", "check", "--directory", "mine"]);
    assert!(status == 1 && out.contains("file: mails/login_code_valid/text.hbs"), "{out}");
    let (status, _, said) = run(home.path(), &["templates", "check", "--payloads", "mine"]);
    assert!(status == 1 && said.contains("there is no body in mine"), "{said}");
}

#[test]
fn list_tells_whose_files_a_mail_is_rendered_from() {
    let home = home(&[("mine/mails/login_code_valid/subject.hbs", "{{code}}\n")]);
    let (status, out, said) = run(home.path(), &["templates", "list", "--directory", "mine"]);
    assert_eq!((status, said.as_str()), (0, ""));
    let row = |name: &str| out.lines().find(|line| line.contains(name)).unwrap().to_owned();
    assert!(row("login_code_valid").contains("overlay") && row("recovery_valid").contains("built-in"), "{out}");
    let (_, out, _) = run(home.path(), &["--format", "json", "templates", "list", "--directory", "mine"]);
    let rows: Value = serde_json::from_str(&out).unwrap();
    let oauth2 = |row: &&Value| row["template_type"] == "login_code_valid" && row["channel"] == "email";
    let samples = &rows.as_array().unwrap().iter().find(oauth2).unwrap()["samples"];
    assert_eq!(samples, &serde_json::json!(["", "oauth2"]));
}

#[test]
fn preview_writes_pages_that_need_nothing_beside_them() {
    let home = home(&[]);
    let preview = |more: &[&str]| run(home.path(), &[&["templates", "preview", "--out", "seen"], more].concat());
    let (status, out, said) = preview(&["--type", "login_code_valid", "--locale", "de", "--locale", "ar"]);
    assert_eq!((status, said.as_str()), (0, ""));
    assert!(out.starts_with("8 messages written; open seen/index.html"), "two samples, two channels: {out}");
    let read = |path: &str| fs::read_to_string(home.path().join("seen").join(path)).unwrap();
    assert!(read("login_code_valid/de.txt").starts_with("Code 012345 zum Anmelden\n"));
    assert!(read("login_code_valid/ar.light.html").contains("dir=\"rtl\""));
    assert!(read("login_code_valid/de.dark.html").contains("@media (min-width: 0)"));
    assert!(read("login_code_valid/de.sms.txt").starts_with("012345 ist Ihr Anmeldecode."));
    for link in read("index.html").split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(home.path().join("seen").join(link).is_file(), "{link}");
    }
    let (status, _, said) = preview(&["--type", "nothing"]);
    assert!(status == 1 && said.contains("there is no such mail"), "{said}");
}

/// A running preview, ended when dropped.
struct Preview(Child);

impl Drop for Preview {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// Starts a preview and tells where it listens.
fn preview(home: &Path) -> (Preview, String) {
    let mut command = Command::new(BINARY);
    command.args(["templates", "preview", "--directory", "mine", "--port", "0"]);
    let mut child = alone(command, home).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.strip_prefix("http://").unwrap().split('/').next().unwrap().to_owned();
    (Preview(child), address)
}

#[test]
fn preview_starts_with_ours_while_a_designer_s_do_not_pass() {
    let home = home(&[("mine/mails/login_code_valid/subject.hbs", "{{kode}}\n")]);
    let (_running, address) = preview(home.path());
    assert!(get(&address, "/list").unwrap().body.contains("refused_at\":\"2"));
    assert!(get(&address, "/problems").unwrap().body.contains("kode"));
    write(home.path(), "mine/mails/login_code_valid/subject.hbs", "Mine {{code}}\n");
    let parts = || get(&address, "/parts?template_type=login_code_valid").unwrap().body;
    until("the mended file", || parts().contains("Mine 012345").then_some(()));
}

#[test]
fn preview_shows_a_file_again_when_it_is_saved() {
    let home = home(&[("mine/mails/login_code_valid/subject.hbs", "First {{code}}\n")]);
    let (_running, address) = preview(home.path());
    let subject = || {
        let answer = get(&address, "/parts?template_type=login_code_valid").unwrap();
        serde_json::from_str::<Value>(&answer.body).unwrap()["subject"].as_str().unwrap().to_owned()
    };
    assert_eq!(subject(), "First 012345");
    assert_eq!(get(&address, "/changes").unwrap().body, "0");
    write(home.path(), "mine/mails/login_code_valid/subject.hbs", "Second {{code}}\n");
    until("the saved file", || (subject() == "Second 012345").then_some(()));
    assert_eq!(get(&address, "/changes").unwrap().body, "1");
    write(home.path(), "mine/mails/login_code_valid/subject.hbs", "{{kode}}\n");
    until("the change", || (get(&address, "/changes").unwrap().body == "2").then_some(()));
    assert_eq!(subject(), "Second 012345", "the last that passed");
    let told = get(&address, "/problems").unwrap().body;
    assert!(
        told.contains("there is no value kode") && get(&address, "/list").unwrap().body.contains("refused_at\":\"2"),
        "{told}"
    );
    assert!(get(&address, "/").unwrap().body.contains("<script src=\"/preview.js\">"));
    let mail = get(&address, "/mail?template_type=login_code_valid&locale=he&dark=1").unwrap();
    assert!(mail.body.contains("dir=\"rtl\"") && mail.header("content-security-policy").contains("sandbox"));
    assert_eq!(get(&address, "/mail?template_type=nothing").unwrap().status, 400);
    let foreign = ask(&address, "GET / HTTP/1.1\nHost: evil.example", "");
    assert_eq!(foreign.unwrap().status, 403);
}
