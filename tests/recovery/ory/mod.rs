//! The routes shaped as Ory's.

mod faults;
mod links;
mod offered;
mod promises;
mod rows;
mod sdk;
mod secrecy;

use crate::client::{Answer, Connection, Request};
use crate::fake_kratos::{ADDRESS, CODE};
use crate::scene::Scene;
use serde_json::{Value, json};

pub(crate) const BEGIN: &str = "GET /self-service/recovery/api";
pub(crate) const READ: &str = "GET /self-service/recovery/flows";
/// Its only session token that a fake Kratos is told of.
pub(crate) const TOKEN: &str = "ory_st_0123456789";

impl Scene {
    /// A flow as the app begins it, its code sent.
    pub(crate) async fn ory_flow(&self) -> String {
        let begun = self.get("/self-service/recovery/api").await;
        assert_eq!(begun.status, 200, "{begun:?}");
        begun.json()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn ory_submit(&self, flow: &str, body: &Value) -> Answer {
        self.post(&format!("/self-service/recovery?flow={flow}"), body).await
    }

    pub(crate) async fn ory_code(&self, flow: &str, code: &str) -> Answer {
        self.ory_submit(flow, &json!({"method": "code", "code": code})).await
    }

    /// With a session that the fake Kratos knows.
    pub(crate) async fn with_session(&self, request: Request) -> Answer {
        self.kratos.world(|world| world.sessions.insert(TOKEN.to_owned()));
        self.ask(request.header("X-Session-Token", TOKEN)).await
    }

    /// A connection on which several requests can be asked.
    pub(crate) async fn connection(&self) -> Connection {
        Connection::open(self.app.public()).await
    }
}

/// The session's token of Kratos's own answer to a right code.
pub(crate) fn ory_token(answer: &Answer) -> String {
    assert_eq!((answer.status, &answer.json()["state"]), (200, &json!("passed_challenge")), "{answer:?}");
    let steps = answer.json()["continue_with"].as_array().unwrap().clone();
    let step = steps.iter().find(|step| step["action"] == "set_ory_session_token").unwrap();
    step["ory_session_token"].as_str().unwrap().to_owned()
}

/// What asks Kratos to mail a code.
pub(crate) fn address() -> Value {
    json!({"method": "code", "email": ADDRESS})
}

/// What hands it in.
pub(crate) fn right_code() -> Value {
    json!({"method": "code", "code": CODE})
}
