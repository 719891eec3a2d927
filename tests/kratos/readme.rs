//! The lines of the README, against a real Kratos: one command, one mail, two lines of curl.

use crate::mail;
use crate::own::TOKEN;
use crate::trio::{OLD, each_modern};
use crate::typed::{at, has, lines, link_id, sh, text};
use serde_json::{Value, json};
use std::process::Command;

const NEW: &str = "a good new password";

#[tokio::test(flavor = "multi_thread")]
async fn the_readme_s_lines_let_somebody_back_in() {
    if !has(&["curl", "jq"], "the recovery lines of the README against a real Kratos") {
        return;
    }
    each_modern(&Value::Null, async |trio, name| {
        trio.account("u@example.org").await;
        let typed = async |lines: String| {
            let (public, admin) = (trio.url(""), trio.url_of_admin(""));
            let script = at(&lines, &public, &admin, &trio.kratos.public, TOKEN);
            let shell = tokio::task::spawn_blocking(move || sh(Command::new("sh"), &script, TOKEN));
            let output = shell.await.unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && said.is_empty(), "{name}: {said}");
            String::from_utf8(output.stdout).unwrap()
        };
        let both = lines(&text("README.md"), "Let somebody back in");
        let (issue, finish) = both.split_once("curl ").unwrap();
        typed(issue.to_owned()).await;
        let code = trio.mailed("u@example.org", 1).await;
        let mail = trio.smtp.mails().remove(0);
        assert_eq!(mail::code(&mail), code);
        let finish = finish.replace("012345", &code);
        let answers = typed(format!("RECOVERY_ID={}\ncurl {finish}", link_id(&mail.text()))).await;
        let answers: Vec<Value> =
            serde_json::Deserializer::from_str(&answers).into_iter().map(Result::unwrap).collect();
        let at = |number: usize, pointer: &str| answers.get(number).and_then(|answer| answer.pointer(pointer)).cloned();
        assert_eq!(at(0, "/password"), Some(json!("set")), "{name}: {answers:?}");
        assert_eq!(at(1, "/session/identity/traits/email"), Some(json!("u@example.org")), "{name}: {answers:?}");
        assert!(trio.log_in("u@example.org", NEW).await.is_some(), "{name}");
        assert!(trio.log_in("u@example.org", OLD).await.is_none(), "{name}");
    })
    .await;
}
