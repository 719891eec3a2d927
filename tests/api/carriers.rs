//! How a provider carries mail: into files, a few on each connection, with status notifications.

use crate::fake_smtp::{FakeSmtp, Setup};
use crate::payloads::code_mail;
use crate::test_app::plan;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_provider_writes_one_eml_a_mail() {
    let folder = tempfile::tempdir().unwrap();
    let uri = folder.path().display();
    let more = format!("courier: {{keep_readable: true, smtp: {{connection_uri: 'file://{uri}'}}}}");
    let mut app = plan(&more).start().await;
    let id = app.queue(&code_mail("u@example.org", "012345")).await;
    app.await_status(&id, "sent").await;
    app.stop().await;
    let files = crate::test_app::files(folder.path());
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].0.file_name().unwrap().to_str().unwrap(), format!("{id}.eml"));
    let mail = mail_parser::MessageParser::default().parse(&files[0].1).unwrap();
    assert!(mail.body_text(0).unwrap().contains("012345"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_per_connection_limit_brings_new_connections() {
    let mut app = plan("courier: {smtp: {connections: 1, messages_per_connection: 3}}").start().await;
    for n in 0..7 {
        let id = app.queue(&code_mail("u@example.org", &format!("{n:06}"))).await;
        app.await_status(&id, "sent").await;
    }
    let connections: Vec<_> = app.smtp.mails().iter().map(|mail| mail.connection).collect();
    assert_eq!(connections, [1, 1, 1, 2, 2, 2, 3]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_bounce_address_failures_are_asked_for_and_no_subject_holds_the_code() {
    let smtp = FakeSmtp::with(Setup::plain().extensions(&["PIPELINING", "DSN"])).await;
    let more = "courier: {bounce_address: bounces@sender.example}";
    let mut app =
        plan(&format!("{more}\ntemplates: {{render: {{registration_code_valid: kratos}}}}")).smtp(smtp).start().await;
    let ours = app.queue(&code_mail("u@example.org", "012345")).await;
    let mut kratos_s = code_mail("u@example.org", "543210");
    kratos_s["template_type"] = json!("registration_code_valid");
    kratos_s["template_data"]["registration_code"] = json!("543210");
    let kratos_s = app.queue(&kratos_s).await;
    for id in [&ours, &kratos_s] {
        app.await_status(id, "sent").await;
    }
    app.stop().await;
    for (mail, code) in
        app.smtp.mails().iter().map(|mail| (mail, if mail.text().contains("543210") { "543210" } else { "012345" }))
    {
        let parsed = mail_parser::MessageParser::default().parse(&mail.data).unwrap();
        assert!(!parsed.subject().unwrap().contains(code), "{:?}", parsed.subject());
        assert!(parsed.body_text(0).unwrap().contains(code));
        assert_eq!(mail.envelope_from, "bounces@sender.example");
        let id = parsed.message_id().unwrap().split('@').next().unwrap();
        assert_eq!(mail.parameters, format!("RET=HDRS ENVID={id}"));
        assert_eq!(mail.rcpt_parameters, "NOTIFY=FAILURE,DELAY");
    }
    assert_eq!(app.smtp.mails().len(), 2);
}
