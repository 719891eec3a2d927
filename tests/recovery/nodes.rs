//! Two nodes on one database (when `POSTRIDER_TEST_POSTGRES_URL` names a server): what one of them did,
//! the other one knows.

use crate::client::{Answer, Connection, Request};
use crate::fake_kratos::{ADDRESS, CODE, FakeKratos, Reply};
use crate::postgres_support::Schema;
use crate::scene::{SUBMIT, configured, token};
use crate::test_app::TestApp;
use serde_json::json;
use std::time::{Duration, Instant};

struct Nodes {
    kratos: FakeKratos,
    both: [TestApp; 2],
    _schema: Schema,
}

async fn nodes() -> Option<Nodes> {
    let schema = Schema::new("recovery").await?;
    let kratos = FakeKratos::start().await;
    let plan = || configured(&kratos, &format!("dsn: '{}'", schema.dsn())).start();
    let both = [plan().await, plan().await];
    Some(Nodes { kratos, both, _schema: schema })
}

impl Nodes {
    async fn ask(&self, node: usize, request: Request) -> Answer {
        Connection::open(self.both[node].public()).await.ask(&request).await
    }

    async fn code(&self, node: usize, id: &str, code: &str) -> Answer {
        self.ask(node, Request::post(&format!("/recoveries/{id}/code")).json(&json!({"code": code}))).await
    }

    async fn begin(&self, node: usize) -> String {
        let answer = self.ask(node, Request::post("/recoveries").json(&json!({"identifier": ADDRESS}))).await;
        answer.json()["recovery_id"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
    }

    fn codes(&self) -> usize {
        self.kratos.asked(SUBMIT).iter().filter(|asked| asked.json()["code"].is_string()).count()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn right_codes_at_two_nodes_reach_kratos_once_and_share_one_token() {
    let Some(nodes) = nodes().await else { return };
    let id = nodes.begin(0).await;
    // Until the other node no longer waits for the address of the first one.
    tokio::time::sleep(Duration::from_secs(3)).await;
    nodes.kratos.next(SUBMIT, Reply::recorded("v26.2.0", "submit.right-code").after(Duration::from_secs(2)));
    let (one, other) = tokio::join!(nodes.code(0, &id, CODE), nodes.code(1, &id, CODE));
    assert_eq!((token(&one), nodes.codes()), (token(&other), 1));
    // And the turn is over: another code is asked about at once.
    assert_eq!(nodes.code(1, &id, "999999").await.error(), "recovery_code_invalid");
}

/// Whether the address is known shows at no other node either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_did_not_send_the_address_waits_as_long() {
    let Some(nodes) = nodes().await else { return };
    let begin = Instant::now();
    let id = nodes.begin(0).await;
    assert_eq!(nodes.code(1, &id, "999999").await.error(), "recovery_code_invalid");
    assert!(begin.elapsed() > Duration::from_millis(2900), "{:?}", begin.elapsed());
}
