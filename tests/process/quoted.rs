//! A provider that quotes the recipient in whatever it says: the history of a message, as commands, routes, metrics
//! and the log tell it, has codes and phases of it, and none of its words.

use crate::fake_smtp::{Act, Afterwards, FakeSmtp, Setup, Step};
use crate::server::{POST, Server, ask, config, get, postrider, run, until};
use serde_json::Value;

const RECIPIENT: &str = "Jane.Q-Doe+tag@quoted.example.org";
/// What must be nowhere: the address in each form, what is part of it, and the words around it.
const FORBIDDEN: [&str; 6] =
    ["jane.q-doe", "jane.q=2ddoe", "q-doe+tag", "quoted.example.org", "unquotable", "jane.q-doe%2btag"];
const CODE: &str = "84170263";

fn says(reply: &str) -> String {
    format!("{reply} <{RECIPIENT}> jane.q=2DDoe unquotable Jane.Q-Doe%2Btag")
}

/// What goes wrong with one attempt after the other, and what of it is told.
fn troubles() -> Vec<(Step, Act, &'static str, &'static str, u64)> {
    let reply = |reply| Act::Reply(says(reply));
    vec![
        (Step::Greeting, reply("421 4.3.2"), "provider_fault", "greeting", 421),
        (Step::Ehlo, reply("550 5.7.1"), "provider_fault", "ehlo", 550),
        (Step::Mail, reply("451 4.7.1"), "provider_fault", "mail", 451),
        (Step::Rcpt, reply("450 4.2.1"), "retry", "rcpt", 450),
        (Step::Rcpt, reply("503 5.5.1"), "protocol_fault", "rcpt", 503),
        (Step::Data, reply("452 4.3.1"), "retry", "data", 452),
        (Step::Body, Act::ReplyAfter(0, says("452 4.3.1"), Afterwards::Drop), "retry", "", 452),
        (Step::Dot, reply("450 4.7.1"), "retry", "dot", 450),
        (Step::Dot, reply("550 5.1.1"), "abandoned", "dot", 550),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_word_of_a_provider_is_told_and_no_address() {
    let smtp = FakeSmtp::with(Setup::plain().extensions(&["PIPELINING", "8BITMIME"])).await;
    let home = tempfile::tempdir().unwrap();
    // Nothing rests for long, and each attempt has a connection of its own.
    let config = config(smtp.port()).replace("connections: 4}", "connections: 1, messages_per_connection: 1}")
        + "  retry: {codes: [10ms], links: [10ms], notices: [10ms]}\nlog: {level: trace}\n";
    std::fs::write(home.path().join("postrider.yml"), config).unwrap();
    for (step, act, ..) in troubles() {
        smtp.next(step, act);
    }
    let server = Server::start(home.path());
    let body = serde_json::json!({
        "recipient": RECIPIENT, "template_type": "login_code_valid", "message_type": "email",
        "template_data": {"to": RECIPIENT, "login_code": CODE, "expires_in_minutes": 60},
    });
    let id = ask(&server.admin, POST, &body.to_string()).unwrap().id();
    let path = format!("/admin/courier/messages/{id}");
    let shown = until("the end of the message", || {
        let body = get(&server.admin, &path)?.body;
        body.contains("\"status\":\"abandoned\"").then_some(body)
    });

    // It was all tried, and codes and phases are told.
    let message: Value = serde_json::from_str(&shown).unwrap();
    let codes: Vec<_> =
        message["dispatches"].as_array().unwrap().iter().rev().map(|line| line["reply_code"].as_u64()).collect();
    for (step, _, outcome, phase, code) in troubles() {
        assert!(codes.contains(&Some(code)), "{step:?}: {codes:?}");
        assert!(shown.contains(outcome) && shown.contains(phase), "{step:?}: {shown}");
    }

    let over = |args: &[&str]| {
        let mut command = postrider(home.path(), &["--endpoint", &server.endpoint()]);
        let output = command.env("POSTRIDER_TOKEN", "ops-token").args(args).output().unwrap();
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    };
    let mut told = vec![("the message", shown)];
    for path in ["/admin/courier/messages", "/admin/audit", "/metrics/prometheus", "/health/ready"] {
        told.push((path, get(&server.admin, path).unwrap().body));
    }
    for format in ["table", "json", "yaml"] {
        told.push(("show, over the server", over(&["messages", "show", &id, "--format", format])));
        told.push(("list, over the server", over(&["messages", "list", "--format", format])));
        let (_, out, said) = run(home.path(), &["-c", "postrider.yml", "messages", "show", &id, "--format", format]);
        told.push(("show, from the database", out + &said));
    }
    server.await_word("mail abandoned");
    told.push(("the log", server.said()));
    assert_eq!(server.stop(), Some(0));
    for (place, text) in told {
        let lower = text.to_lowercase();
        assert!(text.contains(&id) || place.starts_with('/'), "{place} is about something else: {text}");
        for word in FORBIDDEN.into_iter().chain([CODE]) {
            assert!(!lower.contains(word), "{word} in {place}:\n{text}");
        }
    }
}
