//! One call of our client against a recorded answer, and its outcome in a few words.

use super::words;
use crate::fake_kratos::{Exchange, FakeKratos, Flow};
use crate::kratos::client;
use postrider::domain::{RecoveryCode, RecoveryFlow, Secret};
use postrider::kratos::{Caller, KratosError, RecoveryState, Whoami};
use std::time::Duration;

/// Which call meets an exchange.
#[derive(Clone, Copy)]
pub(crate) enum Call {
    Admin,
    Identity,
    Find,
    Version,
    Ready,
    Begin,
    Read,
    Address,
    Code,
    Probe,
    Password,
    Session,
    Forwarded,
}

impl Call {
    /// What the client makes of a recorded answer.
    pub(crate) async fn outcome(self, exchange: &Exchange) -> String {
        let fake = FakeKratos::start().await;
        let client = client(&fake);
        let (token, password) = (Secret::from("ory_st_x"), Secret::from("a password"));
        fake.world(|world| world.sessions.insert("ory_st_x".to_owned()));
        fake.next(&self.route(exchange), exchange.reply.clone());
        let code = RecoveryCode::parse("012345").unwrap();
        let flow = fake.world(|world| {
            world.flows.insert("f".to_owned(), Flow::default());
            "f"
        });
        let caller = Caller::default();
        let result: Result<String, KratosError> = match self {
            Self::Admin => client
                .create_recovery_code("i", Some(Duration::from_mins(15)), RecoveryFlow::Api)
                .await
                .map(words::issued),
            Self::Identity => client.identity("i").await.map(|found| match found {
                Some(identity) => format!("identity {}", identity.recovery_addresses[0].value.expose()),
                None => "no identity".to_owned(),
            }),
            Self::Find => client
                .identities_by_credentials_identifier("u@example.org")
                .await
                .map(|found| format!("{} identities", found.len())),
            Self::Version => client.version().await,
            Self::Ready => client.ready().await.map(|()| "ready".to_owned()),
            Self::Begin => client
                .create_recovery_flow(&caller)
                .await
                .map(|flow| if flow.recovery_v2 { "begun v2" } else { "begun" }.to_owned()),
            Self::Read => client.recovery_flow(flow).await.map(|state| match state {
                RecoveryState::Open(flow) => {
                    format!("{} {:?}", if flow.passed { "passed" } else { "open" }, flow.flow_type).to_lowercase()
                }
                RecoveryState::Expired => "expired".to_owned(),
                RecoveryState::NotFound => "not found".to_owned(),
            }),
            Self::Address => {
                let v2 = exchange.body.get("recovery_address").is_some();
                let address = Secret::from("u@example.org");
                let sent = client.submit_recovery_address(flow, v2, &address, None, &caller).await;
                sent.map(|outcome| words::address_outcome(outcome, fake.asked("POST /self-service/recovery").len()))
            }
            Self::Code => client.submit_recovery_code(flow, &code, None, &caller).await.map(words::code_outcome),
            Self::Probe => client.ensure_transitions().await.map(|()| "transitions".to_owned()),
            Self::Password => {
                let flow = (exchange.method == "POST").then_some(flow);
                let outcome = client.set_password(flow, &token, &password, &caller).await;
                outcome.map(|outcome| words::password_outcome(&outcome, fake.asked("*").len()))
            }
            Self::Session => client.whoami(&token, &caller).await.map(|whoami| {
                match whoami {
                    Whoami::Session(session) if session.expires_at.is_some() => "session",
                    Whoami::Session(_) => "session without an end",
                    Whoami::Aal2Required => "aal2 required",
                    Whoami::NoSession => "no session",
                }
                .to_owned()
            }),
            Self::Forwarded => super::forwarded::status(&client, &fake, exchange).await,
        };
        result.unwrap_or_else(|error| words::named(&error))
    }

    fn route(self, exchange: &Exchange) -> String {
        match self {
            // They were asked at the wrong port, or without the prefix that we always write.
            Self::Admin => "POST /admin/recovery/code".to_owned(),
            Self::Identity => "GET /admin/identities/i".to_owned(),
            Self::Find => "GET /admin/identities".to_owned(),
            _ => format!("{} {}", exchange.method, exchange.path.split('?').next().unwrap()),
        }
    }
}
