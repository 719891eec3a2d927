//! `serve --dev`: the first minute of a newcomer, in an empty directory.

use crate::server::{Server, ask, get, postrider, run, skipped, until};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn start(home: &Path) -> Server {
    start_with(home, &[])
}

fn start_with(home: &Path, more: &[&str]) -> Server {
    let mut command = postrider(home, &[&["serve", "--dev"], more].concat());
    command.env("POSTRIDER_SERVE_ADMIN_PORT", "0").env("POSTRIDER_SERVE_PUBLIC_PORT", "0");
    let server = Server::ready(command);
    server.await_word("\"expires_in_minutes\":15");
    server
}

/// How many mails the inbox lists.
fn mails(server: &Server) -> usize {
    let page = ask(&server.admin, "GET /ui/inbox HTTP/1.1", "").expect("the page");
    assert_eq!(page.status, 200, "{page:?}");
    page.body.matches("<a href=\"/ui/inbox/").count() - page.body.matches("/source\">").count()
}

fn await_mails(server: &Server, n: usize) {
    until("the mail in the inbox", || (mails(server) >= n).then_some(()));
    assert_eq!(mails(server), n);
}

#[test]
fn in_an_empty_directory_it_shows_a_sample_and_how_to_go_on() {
    let home = tempfile::tempdir().unwrap();
    let server = start(home.path());
    let said = server.said();
    assert!(said.contains(&format!("{}/ui/inbox", server.endpoint())), "the inbox's address: {said}");
    await_mails(&server, 1);
    let page = ask(&server.admin, "GET /ui/inbox HTTP/1.1", "").unwrap();
    assert!(page.body.contains("to recover access to your account"), "{}", page.body);

    let block = said.split("\ncourier:").nth(1).unwrap().split("\n\n").next().unwrap();
    let block: Value = serde_saphyr::from_str(&format!("courier:{block}")).unwrap();
    let request = &block["courier"]["http"]["request_config"];
    assert_eq!(request["url"], format!("{}/courier", server.endpoint()));
    assert_eq!(request["auth"]["config"]["value"], "Bearer dev");

    for path in ["/ui/inbox", "/health/alive", "/admin/courier/messages"] {
        let answer = ask(&server.admin, &format!("GET {path} HTTP/1.1\nHost: rebound.example"), "").unwrap();
        assert_eq!(answer.status, 403, "{answer:?}");
    }
    assert_eq!(get(&server.admin, "/admin/courier/messages").unwrap().status, 401);
    let keyed = "GET /admin/courier/messages HTTP/1.1\nAuthorization: Bearer dev";
    assert_eq!(ask(&server.admin, keyed, "").unwrap().status, 200);

    assert_eq!(server.stop(), Some(0));
    let server = start(home.path());
    await_mails(&server, 1);
    assert_eq!(ask(&server.admin, keyed, "").unwrap().body.matches("\"id\"").count(), 1, "no second sample");
}

#[test]
fn what_kratos_posts_is_kept_where_that_is_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let server = start_with(home.path(), &["--record", "kept/here"]);
    await_mails(&server, 1);
    let kept = || {
        let folder = std::fs::read_dir(home.path().join("kept/here")).unwrap();
        folder.map(|file| file.unwrap().path()).collect::<Vec<_>>()
    };
    assert!(kept().is_empty(), "our own sample is not in Kratos's words: {:?}", kept());
    let recorded = "tests/fixtures/kratos/courier/v26.2.0/email.login_code_valid.self-service.json";
    let body = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(recorded)).unwrap();
    let head = "POST /courier HTTP/1.1\nAuthorization: Bearer dev\nContent-Type: application/json";
    assert_eq!(ask(&server.admin, head, &body).unwrap().status, 200);
    let kept = kept();
    assert_eq!(kept.len(), 1, "{kept:?}");
    let name = kept[0].file_name().unwrap().to_str().unwrap();
    let id = name.strip_prefix("login_code_valid.").and_then(|rest| rest.strip_suffix(".json"));
    assert_eq!(id.map(str::len), Some(36), "{name}");
    assert_eq!(std::fs::read_to_string(&kept[0]).unwrap(), body, "as it came");
    assert_eq!(server.stop(), Some(0));
    // What is kept here is read back by the commands that need it.
    let (status, out, said) = run(home.path(), &["templates", "check", "--payloads", "kept"]);
    assert_eq!(status, 0, "{out}{said}");

    let (status, _, said) = run(home.path(), &["serve", "--record", "kept"]);
    assert!(status == 2 && said.contains("--dev"), "in production codes are kept nowhere: {said}");
}

#[test]
fn the_curl_line_works_as_printed() {
    if !Command::new("curl").arg("--version").output().is_ok_and(|curl| curl.status.success()) {
        return skipped("process: the printed curl line, curl is not there");
    }
    let home = tempfile::tempdir().unwrap();
    let server = start(home.path());
    await_mails(&server, 1);
    let said = server.said();
    let line = said.lines().skip_while(|line| !line.starts_with("curl ")).take(2).collect::<Vec<_>>().join("\n");
    let output = Command::new("sh").args(["-c", &line]).env("NO_PROXY", "*").output().unwrap();
    let answer = String::from_utf8(output.stdout).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("postrider-status: queued"), "{line}\n{answer}");
    await_mails(&server, 2);
}
