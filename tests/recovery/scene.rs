//! postrider between an end user's app and a fake Kratos.

use crate::client::{Answer, Connection, Request};
use crate::fake_kratos::{ADDRESS, FakeKratos, IDENTITY};
use crate::test_app::{Plan, SOON, TestApp, plan};
use postrider::domain::{Clock as _, ManualClock, SystemClock};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Where codes go.
pub(crate) const SUBMIT: &str = "POST /self-service/recovery";
pub(crate) const SETTINGS: &str = "POST /self-service/settings";

/// Until so long after an address was sent no wrong code is answered.
pub(crate) const SETTLE: Duration = Duration::from_secs(3);

pub(crate) struct Scene {
    pub(crate) app: TestApp,
    pub(crate) kratos: FakeKratos,
    /// It stands still.
    pub(crate) clock: ManualClock,
}

/// The usual configuration with this laid over it; `{kratos}` is the fake's URL.
pub(crate) fn configured(kratos: &FakeKratos, more: &str) -> Plan {
    let urls = format!("kratos: {{public_url: '{0}', admin_url: '{0}'}}\n", kratos.url());
    plan(&(urls + &more.replace("{kratos}", &kratos.url())))
}

pub(crate) async fn scene(more: &str) -> Scene {
    let kratos = FakeKratos::start().await;
    let plan = configured(&kratos, more);
    Scene::of(kratos, plan).await
}

impl Scene {
    pub(crate) async fn of(kratos: FakeKratos, plan: Plan) -> Self {
        let clock = ManualClock::new(SystemClock::new().now());
        let app = plan.clock(&clock).start().await;
        Self { app, kratos, clock }
    }

    /// Asks the public listener on a connection of its own.
    pub(crate) async fn ask(&self, request: Request) -> Answer {
        let answer = Connection::open(self.app.app().listeners().public.address).await.ask(&request).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
        answer
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Request::post(path).json(body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path)).await
    }

    /// Begins a recovery for the known address and waits until Kratos has it, and the time in which
    /// nobody must learn so is over.
    pub(crate) async fn begin(&self) -> String {
        let before = self.sent().await;
        let answer = self.post("/recoveries", &json!({"identifier": ADDRESS})).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        self.await_sent(before + 1.0).await;
        self.clock.advance(SETTLE);
        answer.json()["recovery_id"].as_str().unwrap().to_owned()
    }

    /// Waits until at least so many addresses have arrived at Kratos.
    pub(crate) async fn await_sent(&self, count: f64) {
        let deadline = Instant::now() + SOON;
        while self.sent().await < count {
            assert!(Instant::now() < deadline, "no address arrived at Kratos");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn sent(&self) -> f64 {
        self.app.metric("postrider_recoveries_total", &[("flow", "self_service"), ("outcome", "sent")]).await
    }

    /// How often Kratos was given a code.
    pub(crate) fn codes(&self) -> usize {
        self.kratos.asked(SUBMIT).iter().filter(|asked| asked.json()["code"].is_string()).count()
    }

    pub(crate) async fn code(&self, id: &str, code: &str) -> Answer {
        self.post(&format!("/recoveries/{id}/code"), &json!({"code": code})).await
    }

    pub(crate) async fn code_and_password(&self, id: &str, code: &str, password: &str) -> Answer {
        self.post(&format!("/recoveries/{id}/code"), &json!({"code": code, "password": password})).await
    }

    pub(crate) async fn password(&self, id: &str, token: &str, password: &str) -> Answer {
        let request = Request::post(&format!("/recoveries/{id}/password")).header("X-Session-Token", token);
        self.ask(request.json(&json!({"password": password}))).await
    }

    pub(crate) async fn state(&self, id: &str) -> String {
        let answer = self.get(&format!("/recoveries/{id}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["state"].as_str().unwrap().to_owned()
    }

    /// An admin issues a recovery for the identity: its answer.
    pub(crate) async fn issue(&self, more: &Value) -> Value {
        let mut body = json!({"identity_id": IDENTITY, "expires_in": "15m"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = self.app.ask(Request::post("/admin/recoveries").bearer("admin-token").json(&body)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }
}

/// The token of an answer to a right code.
pub(crate) fn token(answer: &Answer) -> String {
    assert_eq!((answer.status, &answer.json()["state"]), (200, &json!("passed_challenge")), "{answer:?}");
    answer.json()["session_token"].as_str().unwrap().to_owned()
}
