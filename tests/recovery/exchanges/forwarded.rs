//! Recorded exchanges of the routes that are handed on: what goes to Kratos is what was asked, and what
//! comes back is Kratos's own, byte by byte; or the JSON that a redirect stands for.

use super::words;
use crate::fake_kratos::{Exchange, FakeKratos, VERSIONS, names, recorded};
use crate::kratos::client;
use postrider::domain::Secret;
use postrider::kratos::{Answer, Caller, Forward, Kratos, KratosError, Operation};
use serde_json::Value;
use std::collections::BTreeMap;
use url::Url;

/// The operation of an exchange on one of those routes.
fn operation(exchange: &Exchange) -> Option<Operation> {
    let path = exchange.path.split('?').next().unwrap();
    let found =
        Operation::FORWARDED.into_iter().find(|operation| operation.route() == (exchange.method.as_str(), path))?;
    let is_address = found == Operation::SubmitCode && exchange.body["code"].is_null();
    Some(if is_address { Operation::SubmitAddress } else { found })
}

async fn forward(client: &Kratos, fake: &FakeKratos, exchange: &Exchange) -> Result<Answer, KratosError> {
    let operation = operation(exchange).unwrap();
    let url = Url::parse("http://k").unwrap().join(&exchange.path).unwrap();
    let mut query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    let flow = query.remove(if exchange.method == "GET" { "id" } else { "flow" });
    let query: Vec<_> = ["aal", "refresh"].into_iter().filter_map(|name| Some((name, query.remove(name)?))).collect();
    let session_token = exchange.headers.get("x-session-token").map(|token| Secret::from(token.as_str()));
    let caller = Caller::default();
    let answer = client
        .forward(&Forward {
            operation,
            flow: flow.as_deref(),
            query: &query,
            session_token: session_token.as_ref(),
            body: exchange.body.as_object(),
            caller: &caller,
        })
        .await;
    let asked = fake.asked("*").remove(0);
    assert_eq!(
        (&asked.method, asked.path.as_str(), asked.query.as_str()),
        (&exchange.method, url.path(), url.query().unwrap_or_default())
    );
    assert_eq!(asked.header("x-session-token"), exchange.headers.get("x-session-token").map(String::as_str));
    assert_eq!(asked.json(), exchange.body);
    answer
}

/// The status that comes back with Kratos's own bytes.
pub(super) async fn status(client: &Kratos, fake: &FakeKratos, exchange: &Exchange) -> Result<String, KratosError> {
    let answer = forward(client, fake, exchange).await?;
    assert_eq!(answer.json.expose(), &exchange.reply.body, "every byte comes back");
    Ok(answer.status.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kratos_s_answers_come_back_as_they_are_and_its_redirects_as_errors() {
    let (mut counts, mut redirects) = (BTreeMap::new(), BTreeMap::new());
    for version in VERSIONS {
        for name in names(version) {
            let exchange = recorded(version, name).unwrap();
            let is_json = exchange.body.is_object() || exchange.body.is_null();
            let Some(operation) = operation(&exchange).filter(|_| is_json && exchange.is_public) else { continue };
            let fake = FakeKratos::start().await;
            fake.next(&format!("{} {}", exchange.method, operation.route().1), exchange.reply.clone());
            let answer = forward(&client(&fake), &fake, &exchange).await;
            let (status, cut) = (exchange.reply.status, exchange.reply.cut);
            let place = format!("{version} {name}: {answer:?}");
            match answer {
                Ok(answer) if status == 303 => {
                    let json: Value = serde_json::from_slice(answer.json.expose()).unwrap();
                    assert_eq!(json["error"]["code"], answer.status, "{place}");
                    *redirects.entry((answer.status, json["error"]["id"].to_string())).or_insert(0) += 1;
                }
                Ok(answer) => {
                    assert_eq!((answer.status, answer.json.expose()), (status, &exchange.reply.body), "{place}");
                    *counts.entry(operation.label()).or_insert(0) += 1;
                }
                Err(error) => {
                    let is_own =
                        serde_json::from_slice::<Value>(&exchange.reply.body).is_ok_and(|json| json.is_object());
                    assert!(cut || !is_own, "{place}");
                    *redirects.entry((0, words::named(&error))).or_insert(0) += 1;
                }
            }
        }
    }
    assert_eq!(counts.len(), 11, "{counts:?}");
    assert!(counts.values().all(|count| *count >= 4), "{counts:?}");
    // One redirects, one does not answer, one shows its stack; which, the rows of the routes tell.
    let kinds: Vec<_> = redirects.keys().map(|(status, _)| *status).collect();
    assert_eq!(kinds, [0, 0, 410, 422], "{redirects:?}");
}
