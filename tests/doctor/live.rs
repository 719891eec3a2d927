//! What runs, and what does not.

use crate::fake_kratos::{FakeKratos, Reply};
use crate::fake_smtp::{Act, Step};
use crate::patient::Patient;
use postrider::domain::{Clock as _, SystemClock};
use serde_json::json;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kratos_that_is_set_wrongly_is_named_by_the_key() {
    let patient = Patient::new().await;
    patient.kratos.world(|world| world.transitions = false);
    assert_eq!(patient.worries().await, ["bad feature_flags.use_continue_with_transitions"]);
    patient.kratos.world(|world| world.transitions = true);

    let disabled = json!({"error": {"code": 404, "reason": "This endpoint was disabled by system administrator. Please check your url or contact the system administrator to enable it."}});
    patient.kratos.always("POST /admin/recovery/code", Reply::json(404, &disabled));
    assert_eq!(patient.worries().await, ["bad selfservice.methods.code.enabled"]);
    patient.kratos.behave();

    let disabled = json!({"error": {"code": 400, "reason": "Recovery is not allowed because it was disabled."}});
    patient.kratos.always("GET /self-service/recovery/api", Reply::json(400, &disabled));
    assert_eq!(patient.worries().await, ["bad selfservice.flows.recovery.enabled"]);
    patient.kratos.behave();

    patient.kratos.always("GET /admin/health/ready", Reply::json(401, &json!({})));
    assert_eq!(patient.worries().await, ["bad kratos.admin_auth"]);
    // A front door may have no such route; what tells is whether it makes codes.
    patient.kratos.always("GET /admin/health/ready", Reply::text(404, "not found"));
    assert!(patient.worries().await.is_empty());
    patient.kratos.always("POST /admin/recovery/code", Reply::text(404, "not found"));
    assert_eq!(patient.worries().await, ["bad kratos.admin_url"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kratos_that_is_not_there_is_said_with_its_place() {
    let patient = Patient::new().await;
    patient.configure("kratos: {public_url: 'http://127.0.0.1:9/', admin_url: 'http://127.0.0.1:9/'}");
    assert_eq!(patient.worries().await, ["bad kratos.admin_url", "bad kratos.public_url"]);
    let said = patient.run(&[]).await;
    assert!(said.text.contains("change: start Kratos, or correct kratos.admin_url"), "{}", said.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_source_s_own_kratos_is_looked_at() {
    let (patient, other) = (Patient::new().await, FakeKratos::start().await);
    other.world(|world| world.transitions = false);
    other.always("GET /admin/version", Reply::json(200, &json!({"version": "v1.1.0"})));
    let auth = "auth: [{id: k, type: api_key, config: {name: A, value: b}}]";
    let kratos = format!("kratos: {{public_url: '{0}', admin_url: '{0}'}}", other.url());
    patient.configure(&format!("sources: {{eu: {{{auth}, {kratos}}}}}"));
    let worries = patient.worries().await;
    assert_eq!(
        worries,
        ["bad feature_flags.use_continue_with_transitions", "bad recovery.flow", "bad courier.smtp.connection_uri"]
    );
    assert!(!patient.kratos.asked("GET /admin/version").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_refuses_us_is_quoted() {
    let patient = Patient::new().await;
    patient.smtp.always(Step::Auth, Act::reply("535 5.7.8 wrong password"));
    assert_eq!(patient.worries().await, ["bad provider smtp"]);
    let said = patient.run(&[]).await;
    assert!(said.text.contains("it failed at auth 535: ") && said.text.contains("wrong password"), "{}", said.text);
    patient.configure("courier: {smtp: {connection_uri: 'smtp://127.0.0.1:9/'}}");
    assert_eq!(patient.worries().await, ["bad provider smtp"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_that_differ_are_told() {
    let patient = Patient::new().await;
    let now = SystemClock::new().now();
    let ready = |at: jiff::Timestamp| {
        let mut reply = Reply::json(200, &json!({"status": "ok"}));
        reply.headers.push(("Date".to_owned(), at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()));
        reply
    };
    patient.kratos.always("GET /admin/health/ready", ready(now));
    assert!(patient.worries().await.is_empty());
    patient.kratos.always("GET /admin/health/ready", ready(now - Duration::from_mins(10)));
    assert_eq!(patient.worries().await, ["bad kratos"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_must_be_ours_and_open_with_our_secrets() {
    let patient = Patient::new().await;
    patient.configure("dsn: sqlite://{home}/nowhere/postrider.db");
    assert_eq!(patient.worries().await, ["bad dsn"]);
    std::fs::write(patient.home.path().join("other.db"), "no database").unwrap();
    patient.configure("dsn: sqlite://{home}/other.db");
    assert_eq!(patient.worries().await, ["bad dsn"]);

    patient.configure("");
    let loaded = |more: &str| {
        patient.configure(more);
        let files = ["postrider.yml", "kratos-of.yml", "more.yml"].map(|name| patient.home.path().join(name));
        postrider::config::Config::load(&files, std::iter::empty(), false).unwrap().config
    };
    let mine = "dsn: sqlite://{home}/mine.db";
    drop(rustls::crypto::ring::default_provider().install_default());
    let start = postrider::app::Start {
        migrate: true,
        open_dev: false,
        lock_patience: Duration::from_secs(20),
        clock: std::sync::Arc::new(postrider::domain::SystemClock::new()),
        handed_over: postrider::config::HandedOver::default(),
        record: None,
    };
    let app = postrider::app::App::start(&loaded(mine), start).await.unwrap();
    assert!(patient.worries().await.is_empty(), "beside a running server too");
    app.stop().await.unwrap();
    assert!(patient.worries().await.is_empty());
    patient.configure(&format!("{mine}\nsecrets: {{cipher: [another secret of thirty-two characters]}}"));
    assert_eq!(patient.worries().await, ["bad secrets.cipher"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificates_and_templates_are_read() {
    let patient = Patient::new().await;
    let home = patient.home.path();
    for (name, day) in [("valid", 400), ("short", 3), ("over", -3)] {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let now = SystemClock::new().now();
        let end = (now + jiff::SignedDuration::from_hours(24 * day)).to_zoned(jiff::tz::TimeZone::UTC);
        let part = |value: i8| u8::try_from(value).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(end.year().into(), part(end.month()), part(end.day()));
        std::fs::write(home.join(format!("{name}.pem")), params.self_signed(&key).unwrap().pem()).unwrap();
        std::fs::write(home.join(format!("{name}.key")), key.serialize_pem()).unwrap();
    }
    for (cert, key, expected) in [
        ("valid", "valid", &[][..]),
        ("short", "short", &["warning serve.public.tls.cert"]),
        ("over", "over", &["bad serve.public.tls.cert"]),
        ("valid", "short", &["bad serve.public.tls"]),
        ("none", "valid", &["bad serve.public.tls"]),
    ] {
        patient.configure(&format!(
            "serve: {{public: {{tls: {{cert: '{{home}}/{cert}.pem', key: '{{home}}/{key}.key'}}}}}}"
        ));
        assert_eq!(patient.worries().await, expected, "{cert} {key}");
    }

    let overlay = home.join("templates/mails/login_code_valid");
    std::fs::create_dir_all(&overlay).unwrap();
    std::fs::write(overlay.join("text.hbs"), "{{#if}").unwrap();
    patient.configure("templates: {directory: '{home}/templates'}");
    assert_eq!(patient.worries().await, ["bad templates.directory"]);
    patient.configure("recovery: {ui_url: null, flow: api}\nsuppression: {complaint: 1d}");
    assert_eq!(patient.worries().await, ["warning postrider.yml", "warning recovery.ui_url"]);
}
