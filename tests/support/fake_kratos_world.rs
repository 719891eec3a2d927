//! How the fake Kratos behaves when it is told nothing: one identity, flows with tries, sessions
//! and a password, answered with the bodies of a real v26.2.0.

use super::http::{Asked, Reply};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

/// Every flow's right code, unless the world says otherwise.
pub const CODE: &str = "012345";
/// The one identity.
pub const IDENTITY: &str = "4960b5e4-0eb4-420f-86c0-6e06e3fbc6ec";
/// Its address.
pub const ADDRESS: &str = "u@example.org";
/// Its second factor, if it has one: a one-time password, or one of its backup codes.
pub const TOTP: &str = "654321";
pub const LOOKUP: &str = "f4w0m7qk";

/// A flow.
#[derive(Debug, Clone, Default)]
pub struct Flow {
    /// Its right code; [`CODE`] if empty.
    pub code: String,
    pub tries: u32,
    pub passed: bool,
    pub sent_to: Vec<String>,
}

/// What it knows.
pub struct World {
    /// The version whose bodies it uses.
    pub version: &'static str,
    /// `use_continue_with_transitions`.
    pub transitions: bool,
    /// The identity has a second factor.
    pub second_factor: bool,
    /// The identity is active.
    pub active: bool,
    /// `choose_recovery_address`, and the identity has two addresses.
    pub recovery_v2: bool,
    /// Known addresses are answered only after this time.
    pub stall: Duration,
    /// How long flows live.
    pub lifespan: Duration,
    /// The code of flows to come.
    pub code: &'static str,
    pub flows: BTreeMap<String, Flow>,
    pub sessions: BTreeSet<String>,
    pub stepped_up: BTreeSet<String>,
    pub lookup_used: bool,
    pub password: String,
}

impl Default for World {
    fn default() -> Self {
        Self {
            version: "v26.2.0",
            transitions: true,
            second_factor: false,
            active: true,
            recovery_v2: false,
            stall: Duration::ZERO,
            lifespan: Duration::from_mins(15),
            code: CODE,
            flows: BTreeMap::new(),
            sessions: BTreeSet::new(),
            stepped_up: BTreeSet::new(),
            lookup_used: false,
            password: "the old password".to_owned(),
        }
    }
}

impl World {
    /// The answer to a request.
    pub fn answer(&mut self, asked: &Asked) -> Reply {
        match asked.route().as_str() {
            "GET /self-service/recovery/api" => self.begin(),
            "GET /self-service/recovery/flows" => self.read(&asked.parameter("id").unwrap_or_default()),
            "POST /self-service/recovery" => self.submit(asked),
            "GET /self-service/settings/api" => self.settings(asked, |_, _| "settings-init.ok"),
            "GET /self-service/settings/flows" => self.settings(asked, |_, _| "settings-get.after-recovery"),
            "POST /self-service/settings" => self.settings(asked, Self::set_password),
            "GET /self-service/login/api" => {
                let second = asked.parameter("aal").as_deref() == Some("aal2");
                self.bodies(if second { "aal2.login-init" } else { "login.refresh-init" }, None)
            }
            "GET /self-service/login/flows" => {
                let id = asked.parameter("id");
                self.bodies(if self.is_locked(asked) { "aal2.login-get" } else { "login-get.refresh" }, id.as_deref())
            }
            "POST /self-service/login" => self.login(asked),
            "GET /sessions/whoami" => self.settings(asked, |_, _| "whoami.after-recovery"),
            "POST /admin/recovery/code" => self.issue(asked),
            "GET /admin/identities/" if asked.path.ends_with(IDENTITY) => self.bodies("identity.get", None),
            "GET /admin/identities/" => self.bodies("identity.get-unknown", None),
            "GET /admin/identities" => {
                let known = asked.parameter("credentials_identifier").as_deref() == Some(ADDRESS);
                self.bodies(if known { "identity.find" } else { "identity.find-none" }, None)
            }
            "GET /admin/version" => self.bodies("version", None),
            "GET /admin/health/ready" => self.bodies("ready", None),
            _ => Reply::text(404, "404 page not found\n"),
        }
    }

    /// A recorded answer, in the name of this flow and still to live for a while.
    fn bodies(&self, name: &str, flow: Option<&str>) -> Reply {
        let mut reply = Reply::recorded(self.version, name);
        let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) else { return reply };
        if let Some(expiry) = body.get_mut("expires_at") {
            *expiry = json!(self.expiry());
        }
        let mut text = body.to_string();
        if let (Some(recorded), Some(id)) = (body["id"].as_str(), flow) {
            text = text.replace(recorded, id);
        }
        // The recorded identity of this version is our one identity.
        let recorded = Reply::recorded(self.version, "identity.get").body;
        let recorded: Value = serde_json::from_slice(&recorded).unwrap();
        reply.body = text.replace(recorded["id"].as_str().unwrap(), IDENTITY).into_bytes();
        reply
    }

    fn expiry(&self) -> String {
        jiff::Timestamp::try_from(SystemTime::now() + self.lifespan).unwrap().to_string()
    }

    fn new_flow(&mut self) -> String {
        let id = uuid::Uuid::new_v4().to_string();
        self.flows.insert(id.clone(), Flow { code: self.code.to_owned(), ..Flow::default() });
        id
    }

    fn begin(&mut self) -> Reply {
        let id = self.new_flow();
        self.bodies(if self.recovery_v2 { "v2.init" } else { "native.init" }, Some(&id))
    }

    fn read(&self, id: &str) -> Reply {
        let name = match self.flows.get(id) {
            None => "flow-get.unknown",
            Some(flow) if flow.passed => "flow-get.passed-flow",
            Some(_) => "flow-get.admin-flow",
        };
        self.bodies(name, Some(id))
    }

    fn submit(&mut self, asked: &Asked) -> Reply {
        let id = asked.parameter("flow").unwrap_or_default();
        let body = asked.json();
        if asked.header("origin").is_some() {
            return self.bodies(if self.transitions { "probe.origin" } else { "no-transitions.probe.origin" }, None);
        }
        let Some(flow) = self.flows.get_mut(&id) else { return self.bodies("submit.unknown-flow", None) };
        let address =
            ["email", "recovery_confirm_address", "recovery_address"].iter().find_map(|key| body[key].as_str());
        if let Some(address) = address {
            if flow.passed {
                return Reply::cut();
            }
            let chosen = body["recovery_select_address"].is_string() || body["recovery_confirm_address"].is_string();
            let known = address.eq_ignore_ascii_case(ADDRESS);
            if self.recovery_v2 && known && !chosen {
                let name = if flow.sent_to.is_empty() { "v2.submit-email" } else { "v2.resend-unconfirmed" };
                return self.bodies(name, Some(&id));
            }
            flow.sent_to.push(address.to_owned());
            let name = if self.recovery_v2 { "v2.select-email" } else { "native.submit-email" };
            return self.bodies(name, Some(&id)).after(if known { self.stall } else { Duration::ZERO });
        }
        flow.tries += 1;
        let right = body["code"].as_str() == Some(if flow.code.is_empty() { CODE } else { &flow.code });
        let prefix = if self.transitions { "" } else { "no-transitions." };
        let name = match (right, flow.passed) {
            _ if flow.tries > 5 => "submit.limit-attempt-6-right-code",
            (true, true) => "submit.reused-code",
            (false, true) => "submit.wrong-code-after-success",
            (false, false) => "submit.wrong-code",
            (true, false) if !self.active => return self.bodies("submit.inactive-identity", None),
            (true, false) => {
                flow.passed = true;
                "submit.right-code"
            }
        };
        let mut reply = self.bodies(&format!("{prefix}{name}"), Some(&id));
        if name == "submit.right-code" && self.transitions {
            let mut body: Value = serde_json::from_slice(&reply.body).unwrap();
            let token = new_token();
            body["continue_with"][0]["ory_session_token"] = json!(token);
            self.sessions.insert(token);
            reply.body = body.to_string().into_bytes();
        }
        reply
    }

    /// What needs a session.
    fn settings(&mut self, asked: &Asked, then: fn(&mut Self, &Asked) -> &'static str) -> Reply {
        let token = asked.header("x-session-token").unwrap_or_default();
        let name = if !self.sessions.contains(token) {
            "settings.bad-token"
        } else if self.is_locked(asked) {
            "aal2.settings-before-step-up"
        } else {
            then(self, asked)
        };
        self.bodies(name, asked.parameter("flow").as_deref())
    }

    fn set_password(&mut self, asked: &Asked) -> &'static str {
        let body = asked.json();
        let password = body["password"].as_str().unwrap_or_default();
        if password.len() < 8 {
            return "settings.too-short";
        }
        if password == self.password {
            return "settings.same-as-old";
        }
        password.clone_into(&mut self.password);
        "settings.ok"
    }

    /// Whether the session has not shown a second factor that it needs.
    fn is_locked(&self, asked: &Asked) -> bool {
        self.second_factor && !self.stepped_up.contains(asked.header("x-session-token").unwrap_or_default())
    }

    fn login(&mut self, asked: &Asked) -> Reply {
        let body = asked.json();
        let token = asked.header("x-session-token").unwrap_or_default().to_owned();
        let known = self.sessions.contains(&token);
        if body["password"].is_string() {
            if body["identifier"] != ADDRESS || body["password"] != self.password.as_str() {
                return self.bodies("login.old-password-refused", None);
            }
            let token = if known { token } else { new_token() };
            self.sessions.insert(token.clone());
            return self.with_token("login.password-after-change", &token);
        }
        let (right, wrong, name) = match body["lookup_secret"].as_str() {
            Some(secret) => {
                let right = secret == LOOKUP && !self.lookup_used;
                self.lookup_used |= right && known;
                (right, "aal2.login-wrong-lookup", "aal2.login-lookup-ok")
            }
            None => (body["totp_code"] == TOTP, "aal2.login-wrong-totp", "aal2.login-totp-ok"),
        };
        if !right || !known {
            return self.bodies(wrong, None);
        }
        self.stepped_up.insert(token.clone());
        self.with_token(name, &token)
    }

    fn with_token(&self, name: &str, token: &str) -> Reply {
        let mut reply = self.bodies(name, None);
        let mut body: Value = serde_json::from_slice(&reply.body).unwrap();
        body["session_token"] = json!(token);
        reply.body = body.to_string().into_bytes();
        reply
    }

    fn issue(&mut self, asked: &Asked) -> Reply {
        let body = asked.json();
        if body["identity_id"] != IDENTITY {
            return self.bodies("admin-code.unknown-identity", None);
        }
        let flow = self.new_flow();
        let link = format!("http://127.0.0.1:4455/recovery?flow={flow}");
        let answer = json!({ "recovery_link": link, "recovery_code": self.code, "expires_at": self.expiry() });
        Reply::json(201, &answer)
    }
}

fn new_token() -> String {
    format!("ory_st_{}", uuid::Uuid::new_v4().simple())
}
