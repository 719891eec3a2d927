//! `recovery issue|list|withdraw`: over `--endpoint` of a running server, else beside the database
//! itself, where a running server of SQLite allows reading only.

use super::Context;
use super::client::Call;
use super::output::{print, print_all, print_one};
use super::stored;
use crate::app::offline;
use crate::domain::{Clock as _, SystemClock};
use crate::http::view_recovery;
use crate::store::RecoveryFilter;
use anyhow::Context as _;
use clap::{ArgGroup, Args as ClapArgs, Subcommand};
use serde_json::{Map, Value, json};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Has Kratos make a code for an identity, and mails it to an address of that identity.
    Issue(Box<Issue>),
    /// Newest first.
    List(List),
    /// Refuses a recovery from now on and stops its mail if that still waits.
    Withdraw {
        /// Its id, or the `recovery_id` of its link.
        id: String,
        /// Why; for the audit log.
        #[arg(long)]
        reason: Option<String>,
    },
}

#[derive(ClapArgs)]
#[command(group = ArgGroup::new("who").required(true).args(["identity_id", "identifier"]))]
pub(super) struct Issue {
    /// Kratos's id of the identity.
    #[arg(long, value_name = "UUID")]
    identity_id: Option<String>,
    /// What the person logs in with.
    #[arg(long)]
    identifier: Option<String>,
    /// Which Kratos project; `default` unless said.
    #[arg(long)]
    source: Option<String>,
    /// Which of the identity's addresses; the first recovery address unless said.
    #[arg(long)]
    address: Option<String>,
    /// How long the code is good, such as 15m; as Kratos is configured unless said.
    #[arg(long)]
    expires_in: Option<String>,
    /// `admin_recovery_code` or `invite`.
    #[arg(long)]
    template: Option<String>,
    /// `api` or `browser`; as `recovery.flow` says unless said.
    #[arg(long)]
    flow: Option<String>,
    /// The language of the mail.
    #[arg(long)]
    locale: Option<String>,
    /// Why; for the audit log.
    #[arg(long)]
    reason: Option<String>,
    /// An object for the template.
    #[arg(long, value_name = "JSON")]
    transient_payload: Option<String>,
    /// Show the code, too (role admin).
    #[arg(long)]
    return_code: bool,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
    /// A repeat with the same key does nothing and gets the first answer.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

#[derive(ClapArgs)]
pub(super) struct List {
    /// Only this identity's.
    #[arg(long, value_name = "UUID")]
    identity_id: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=500))]
    limit: u16,
}

const COLUMNS: &[&str] = &["id", "state", "identity_id", "template", "message", "issued_by", "issued_at", "expires_at"];
const PATH: &str = "/admin/recoveries";

pub(super) async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Issue(issue) => print_one(context.format, &issue.run(context).await?),
        Command::Withdraw { id, reason } => print_one(context.format, &withdraw(context, id, reason).await?),
        Command::List(list) => match &context.endpoint {
            Some(endpoint) => {
                let call = Call::get(PATH).query("page_size", Some(list.limit)).query("identity_id", list.identity_id);
                print_all(context.format, &call.ask(context, endpoint).await?, COLUMNS)
            }
            None => from_store(context, list).await,
        },
    }
}

async fn withdraw(context: &Context, id: String, reason: Option<String>) -> anyhow::Result<Value> {
    if let Some(endpoint) = &context.endpoint {
        let call = Call::post(format!("{PATH}/{id}/withdraw")).body(json!({ "reason": reason }));
        return call.ask(context, endpoint).await;
    }
    let config = stored::config(context)?;
    let store = stored::open(&config, false).await?;
    offline::withdraw(&config, store, &id, reason, context.actor()).await
}

async fn from_store(context: &Context, list: List) -> anyhow::Result<()> {
    let limit = usize::from(list.limit);
    let filter = RecoveryFilter { identity_id: list.identity_id, limit, ..RecoveryFilter::default() };
    let rows = stored::open(&stored::config(context)?, true).await?.recoveries(filter).await?;
    let now = SystemClock::new().now();
    let items: Vec<Value> = rows.iter().map(|row| view_recovery::recovery(row, now)).collect();
    print(context.format, &items, COLUMNS)
}

impl Issue {
    async fn run(self, context: &Context) -> anyhow::Result<Value> {
        let (key, body) = (self.idempotency_key.clone(), self.body()?);
        if let Some(endpoint) = &context.endpoint {
            return Call::post(PATH).key(key).body(body.into()).ask(context, endpoint).await;
        }
        let config = stored::config(context)?;
        let store = stored::open(&config, false).await?;
        offline::issue(&config, store, body, key, context.actor()).await
    }

    fn body(self) -> anyhow::Result<Map<String, Value>> {
        let payload = self.transient_payload.map(|json| serde_json::from_str(&json)).transpose();
        let payload: Option<Map<String, Value>> = payload.context("--transient-payload: expected a JSON object")?;
        let fields = [
            ("identity_id", json!(self.identity_id)),
            ("identifier", json!(self.identifier)),
            ("source", json!(self.source)),
            ("address", json!(self.address)),
            ("expires_in", json!(self.expires_in)),
            ("template", json!(self.template)),
            ("flow", json!(self.flow)),
            ("locale", json!(self.locale)),
            ("reason", json!(self.reason)),
            ("transient_payload", json!(payload)),
            ("return_code", json!(self.return_code)),
            ("dry_run", json!(self.dry_run)),
        ];
        Ok(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}
