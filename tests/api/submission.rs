//! How postrider shows itself to a provider, and what it wants to see, by the keys of its configuration.

use crate::fake_smtp::{FakeSmtp, Setup};
use crate::log;
use crate::payloads::code_mail;
use crate::test_app::plan;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificates_an_authority_and_a_token_come_from_where_the_keys_say() {
    let files = tempfile::tempdir().unwrap();
    let path = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
    let made = rcgen::generate_simple_self_signed(["client.example.org".to_owned()]).unwrap();
    let setup = Setup::starttls().client(made.cert.der().clone()).auth("u@example.org", "a-bearer-token");
    let smtp = FakeSmtp::with(setup.mechanisms("PLAIN XOAUTH2")).await;
    std::fs::write(path("ca.pem"), smtp.certificate_pem()).unwrap();
    std::fs::write(path("client.pem"), made.cert.pem()).unwrap();
    std::fs::write(path("client.key"), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(path("token"), "a-bearer-token\n").unwrap();
    let more = format!(
        "courier: {{smtp: {{connection_uri: 'smtp://u%40example.org@127.0.0.1:{{port}}/', ca_cert_path: '{}', \
         client_cert_path: '{}', client_key_path: '{}', token_command: [cat, '{}']}}}}",
        path("ca.pem"),
        path("client.pem"),
        path("client.key"),
        path("token")
    );
    let mut app = plan(&more).smtp(smtp).start().await;
    let id = app.queue(&code_mail("u@example.org", "012345")).await;
    app.await_status(&id, "sent").await;
    let mail = app.smtp.mails().remove(0);
    assert!(mail.tls && mail.logged_in);
    assert_eq!((app.smtp.count("AUTH XOAUTH2 "), app.smtp.count("AUTH")), (1, 1));
    app.stop().await;
    assert!(!log::so_far().contains("a-bearer-token"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_nobody_checks_is_shouted_about() {
    for (option, sent) in [("", false), ("?skip_ssl_verify=true", true)] {
        let smtp = FakeSmtp::with(Setup::starttls()).await;
        let id = if sent { "unchecked" } else { "checked" };
        let more = format!(
            "courier: {{smtp: {{connection_uri: null}}, providers: [{{id: {id}, type: smtp, from_address: a@sender.example, \
             connection_uri: 'smtp://127.0.0.1:{{port}}/{option}'}}]}}"
        );
        let mut app = plan(&more).smtp(smtp).start().await;
        let message = app.queue(&code_mail("u@example.org", "012345")).await;
        let message = app.await_dispatch(&message, if sent { "sent" } else { "provider_fault" }).await;
        let phase = if sent { "dot" } else { "tls" };
        assert_eq!(message["dispatches"].as_array().unwrap().last().unwrap()["phase"], phase, "{message:#}");
        let shouts = log::lines(&["WARN", "skip_ssl_verify", &format!("provider={id}")]);
        assert_eq!(!shouts.is_empty(), sent, "{shouts:?}");
        app.stop().await;
    }
}
