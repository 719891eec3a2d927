//! kratos.yml as people have it.

use crate::patient::{Patient, worries};
use serde_json::Value;
use std::path::Path;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_one_beside_a_good_kratos_passes_and_nobody_is_mailed() {
    let patient = Patient::new().await;
    let (code, findings) = patient.json("good.yml").await;
    assert_eq!((code, worries(&findings)), (0, Vec::new()), "{findings:#?}");
    let verdict = |check: &str| findings.iter().find(|finding| finding["check"] == check).unwrap()["verdict"].clone();
    for check in ["strategy", "credential", "transitions", "kratos", "smtp", "templates", "clock"] {
        assert_eq!(verdict(check), "good", "{check}");
    }
    assert!(patient.smtp.mails().is_empty());
    // Neither an address nor an identity was named to Kratos.
    for asked in patient.kratos.asked("POST /*") {
        let body = asked.json();
        let nobody = "00000000-0000-0000-0000-000000000000";
        assert!(body["email"].is_null() && body["recovery_address"].is_null(), "{body}");
        assert!(body["identity_id"].is_null() || body["identity_id"] == nobody, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_s_is_told_every_line_to_change() {
    let patient = Patient::new().await;
    let (code, findings) = patient.json("quickstart.yml").await;
    assert_eq!(code, 1);
    assert_eq!(
        worries(&findings),
        [
            "bad courier.delivery_strategy",
            "warning courier.http.request_config.body",
            "bad courier.message_retries",
            "warning log.leak_sensitive_values",
            "bad feature_flags.use_continue_with_transitions",
        ]
    );
    let strategy = findings.iter().find(|finding| finding["subject"] == "courier.delivery_strategy").unwrap();
    assert_eq!(strategy["change"], "courier.delivery_strategy: http");
    assert!(strategy["place"].as_str().unwrap().ends_with("quickstart.yml:17"), "{strategy}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_trap_in_one_file_is_found_and_said_in_words() {
    let patient = Patient::new().await;
    let (code, findings) = patient.json("traps.yml").await;
    assert_eq!(code, 1);
    let bad: Vec<String> = worries(&findings).into_iter().filter(|worry| worry.starts_with("bad")).collect();
    let request = "courier.http.request_config";
    let expected = [
        format!("bad {request}.url"),
        format!("bad {request}.url"),
        format!("bad {request}.method"),
        format!("bad {request}.headers"),
        format!("bad {request}.body"),
        "bad courier.message_retries".to_owned(),
        "bad courier.worker.pull_count".to_owned(),
        "bad courier.channels[0].type".to_owned(),
        "bad courier.channels[0].request_config.method".to_owned(),
        "bad courier.channels[0].request_config.body".to_owned(),
        "bad courier.channels[0].request_config.auth".to_owned(),
        "bad feature_flags.use_continue_with_transitions".to_owned(),
        "bad selfservice.flows.recovery.enabled".to_owned(),
        "bad selfservice.methods.password.enabled".to_owned(),
        "bad selfservice.flows.recovery.use".to_owned(),
    ];
    assert_eq!(bad, expected);
    for subject in [
        "clients.web_hook.header_allowlist",
        "selfservice.flows.recovery.notify_unknown_recipients",
        "serve.public.base_url",
        "selfservice.methods.code.config.max_submissions",
        "selfservice.methods.code.config.lifespan",
        "selfservice.flows.recovery.lifespan",
        "selfservice.flows.settings.privileged_session_max_age",
        "selfservice.flows.settings.required_aal",
    ] {
        assert!(worries(&findings).contains(&format!("warning {subject}")), "{subject}");
    }

    let file = format!("{}/tests/fixtures/kratos-yml/traps.yml", env!("CARGO_MANIFEST_DIR"));
    let said = patient.run(&["--kratos-config", &file]).await;
    assert_eq!(said.code, 1);
    assert!(said.errors.contains("15 of these must be changed"), "{}", said.errors);
    assert!(said.text.contains("traps.yml:18)"), "the line of pull_count: {}", said.text);
    assert!(said.text.contains("change: courier.worker.pull_count: 255"), "{}", said.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn later_files_win_as_they_do_with_kratos() {
    let patient = Patient::new().await;
    let over = patient.home.path().join("over.yml");
    std::fs::write(&over, "courier: {message_retries: 5}").unwrap();
    let good = format!("{}/tests/fixtures/kratos-yml/good.yml", env!("CARGO_MANIFEST_DIR"));
    let said = patient.run(&["--kratos-config", &good, "--kratos-config", over.to_str().unwrap()]).await;
    assert_eq!(said.code, 1);
    assert!(said.text.contains("over.yml:1)") && said.text.contains("message_retries: 720"), "{}", said.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_cannot_be_read_are_findings_too() {
    let patient = Patient::new().await;
    let said = patient.run(&["--kratos-config", "no-such.yml"]).await;
    assert!(said.code == 1 && said.text.contains("no-such.yml: cannot read"), "{}", said.text);
    let none = patient.run(&[]).await;
    assert!(none.code == 0 && none.text.contains("--kratos-config"), "{} {}", none.text, none.errors);
    std::fs::write(patient.home.path().join("more.yml"), "courir: {}").unwrap();
    let broken = patient.run(&[]).await;
    assert!(broken.code == 1 && broken.text.contains("did you mean courier?"), "{}", broken.text);
}

/// As an operator pastes it, in a file of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shipped_actions_are_checked_and_good_once_the_credential_is_postrider_s() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pack = std::fs::read_to_string(root.join("deploy/kratos/actions.yml")).unwrap();
    let good = root.join("tests/fixtures/kratos-yml/good.yml");
    let value = std::fs::read_to_string(&good).unwrap();
    let value =
        value.lines().find_map(|line| line.split_once("value: Bearer ")).unwrap().1.trim_end_matches(['}', ' ']);
    let (_, own) = pack.split_once("# postrider.yml:").unwrap();
    let own: Vec<&str> = own.lines().filter_map(|line| line.strip_prefix("# ")).collect();
    let patient = Patient::new().await;
    patient.configure(&own.join("\n"));
    let actions = async |text: &str| {
        let file = patient.home.path().join("actions.yml");
        std::fs::write(&file, text).unwrap();
        let files = ["--kratos-config", good.to_str().unwrap(), "--kratos-config", file.to_str().unwrap()];
        let said = patient.run(&[["--format", "json"].as_slice(), &files].concat()).await;
        let report: Value = serde_json::from_str(&said.text).unwrap();
        let findings = report["findings"].as_array().unwrap().clone();
        findings.into_iter().filter(|finding| finding["check"] == "actions").collect::<Vec<_>>()
    };
    let ours = pack.replace("CHANGE-ME", value);
    let said = actions(&ours).await;
    assert_eq!((said.len(), &said[0]["verdict"]), (1, &"good".into()), "{said:#?}");
    let said = actions(&pack).await;
    assert_eq!((said.len(), &said[0]["verdict"]), (6, &"bad".into()), "{said:#?}");
    let said = actions(&ours.replacen("response: {ignore: true}", "response: {ignore: false}", 1)).await;
    assert_eq!(said[0]["subject"], "selfservice.flows.login.after.hooks[0].config.response.ignore", "{said:#?}");
    assert!(said[0]["place"].as_str().unwrap().contains("actions.yml:"), "{said:#?}");
}
