//! `/ui/inbox`: mails of `inbox://`, which may hold anything.

use crate::client::Request;
use crate::payloads::code_mail;
use crate::test_app::{TestApp, plan};
use serde_json::json;

const MORE: &str = "courier: {keep_readable: true, smtp: {connection_uri: 'inbox://'}}";

async fn page(app: &TestApp, path: &str) -> crate::client::Answer {
    let answer = app.ask(Request::get(path).bearer("admin-token")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

fn policy(answer: &crate::client::Answer) -> String {
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.header("content-security-policy").expect("a policy").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_to_the_inbox_can_be_read_there() {
    let mut app = plan(MORE).start().await;
    assert!(page(&app, "/ui/inbox").await.text().contains("No mail yet"));
    let id = app.queue(&code_mail("amelie@example.org", "012345")).await;
    app.await_status(&id, "sent").await;
    for path in ["/ui/inbox".to_owned(), format!("/ui/inbox/{id}")] {
        let answer = page(&app, &path).await;
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        let text = answer.text();
        assert!(text.contains("amelie@example.org") && text.contains("012345"), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated"), "the headers are shown");
        let policy = policy(&answer);
        assert!(policy.contains("default-src 'none'") && !policy.contains("script"), "{policy}");
    }
    let source = page(&app, &format!("/ui/inbox/{id}/source")).await;
    assert_eq!(source.header("content-type"), Some("text/plain; charset=utf-8"));
    assert!(source.text().contains(&format!("Message-ID: <{id}@sender.example>")));
    for path in ["/ui/inbox/0193b2f0-0000-7000-8000-000000000000", "/ui/inbox/x", "/ui/inbox/x/html"] {
        let answer = app.ask(Request::get(path).bearer("admin-token")).await;
        assert_eq!((answer.status, answer.error().as_str()), (404, "message_not_found"), "{path}");
    }
    app.restart().await;
    assert!(page(&app, "/ui/inbox").await.text().contains("012345"), "it stays");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_html_of_a_mail_stands_in_a_frame_that_can_do_nothing() {
    let more = format!("{MORE}\ntemplates: {{render: {{default: kratos}}}}");
    let app = plan(&more).start().await;
    let mut mail = code_mail("u@example.org", "012345");
    let hostile = "<p>012345</p><script>alert(1)</script><img src=https://tracker.example/x.png>";
    mail["html_body"] = json!(hostile);
    let id = app.queue(&mail).await;
    app.await_status(&id, "sent").await;
    let outside = page(&app, &format!("/ui/inbox/{id}")).await.text();
    assert!(
        outside.contains(&format!("<iframe sandbox title=\"The mail as HTML\" src=\"/ui/inbox/{id}/html\">")),
        "{outside}"
    );
    assert!(!outside.contains("<script"), "{outside}");
    let frame = page(&app, &format!("/ui/inbox/{id}/html")).await;
    let policy = policy(&frame);
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
    assert!(!policy.contains("allow-") && !policy.contains("https:"), "{policy}");
    assert!(frame.text().contains("<script>alert(1)</script>"), "the mail as it is: {}", frame.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_subject_is_shown_and_not_run() {
    let more = format!("{MORE}\ntemplates: {{render: {{default: kratos}}}}");
    let app = plan(&more).start().await;
    let mut mail = code_mail("u@example.org", "012345");
    mail["subject"] = json!("</title><script>alert(\"1\")</script>\r\nBcc: victim@example.org & \u{202e}gro");
    mail["body"] = json!("</pre><script>alert(2)</script>");
    mail["html_body"] = json!(null);
    let id = app.queue(&mail).await;
    app.await_status(&id, "sent").await;
    let text = page(&app, "/ui/inbox").await.text();
    assert!(!text.contains("<script"), "{text}");
    assert!(text.contains("&lt;script&gt;alert"), "{text}");
    let source = page(&app, &format!("/ui/inbox/{id}/source")).await.text();
    assert!(!source.lines().any(|line| line.starts_with("Bcc:")), "{source}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_dev_it_is_open_to_this_machine_only() {
    let app = plan(MORE).open_dev().start().await;
    assert_eq!(app.ask(Request::get("/ui/inbox")).await.status, 200);
    for host in ["localhost", "localhost:4478", "127.0.0.1:1", "[::1]:4478"] {
        assert_eq!(app.ask(Request::get("/ui/inbox").header("Host", host)).await.status, 200, "{host}");
    }
    for host in ["rebound.example", "rebound.example:4478", "localhost.example", "127.0.0.1.example"] {
        for request in [Request::get("/ui/inbox"), Request::get("/health/alive"), Request::post("/courier")] {
            let answer = app.ask(request.header("Host", host)).await;
            assert_eq!((answer.status, answer.error().as_str()), (403, "foreign_host"), "{host}");
        }
    }
}
