//! What went wrong, whether the connection is of any more use, and how it is said: a code and the
//! server's message, never its detail, which quotes rows.

use crate::store::StoreError;
use crate::store::reading::{NoPlace, Reading};
use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;

/// Why something could not be done.
#[derive(Debug)]
pub(super) enum Fault {
    /// The server said so, or the connection broke.
    Database(tokio_postgres::Error),
    /// No connection was to be had.
    Pool(String),
    /// No answer in time.
    Late,
    /// A list took too long, or too many of them wait.
    TooSlow,
    /// A row holds what this postrider does not know.
    Foreign(&'static str),
    /// The store was closed.
    Closed,
    /// It was opened to read only.
    ReadOnly,
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error)
    }
}

impl From<PoolError> for Fault {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => Self::Database(error),
            PoolError::Closed => Self::Closed,
            PoolError::Timeout(kind) => Self::Pool(format!("no connection in time ({kind:?})")),
            PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => Self::Pool("no connection".to_owned()),
        }
    }
}

impl From<NoPlace> for Fault {
    fn from(none: NoPlace) -> Self {
        match none {
            NoPlace::Crowded(Reading::List) => Self::TooSlow,
            NoPlace::Crowded(_) => Self::Pool("too many reads wait".to_owned()),
            NoPlace::Closed => Self::Closed,
        }
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Closed => crate::store::caller::closed(),
            Fault::TooSlow => Self::TooSlow,
            Fault::ReadOnly => Self::Unusable("the database was opened to read only".to_owned()),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Database(error) => f.write_str(&describe(error)),
            Self::Pool(why) => f.write_str(why),
            Self::Late => f.write_str("the database did not answer in time"),
            Self::TooSlow => f.write_str("a list took too long"),
            Self::Foreign(what) => write!(f, "the database holds {what} of a newer postrider"),
            Self::Closed => f.write_str("the store is closed"),
            Self::ReadOnly => f.write_str("opened to read only"),
        }
    }
}

impl Fault {
    /// The server's code.
    pub(super) fn code(&self) -> Option<&SqlState> {
        if let Self::Database(error) = self { error.code() } else { None }
    }

    /// Nothing of the transaction was kept, and the same again may work: two of them were in each
    /// other's way.
    pub(super) fn is_collision(&self) -> bool {
        let collisions = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];
        self.code().is_some_and(|code| collisions.contains(code))
    }

    /// The server ended the statement: it took, or waited for a lock, longer than it may.
    pub(super) fn is_canceled(&self) -> bool {
        [&SqlState::QUERY_CANCELED, &SqlState::LOCK_NOT_AVAILABLE].map(Some).contains(&self.code())
    }

    /// The connection is gone, and whether a commit on it was carried out is not known.
    pub(super) fn is_cut(&self) -> bool {
        match self {
            Self::Database(error) => error.as_db_error().is_none() || self.is_elsewhere(),
            Self::Late => true,
            _ => false,
        }
    }

    /// The server is going down, or stands by only by now: no other connection to it is of use.
    pub(super) fn is_elsewhere(&self) -> bool {
        let states = [
            SqlState::READ_ONLY_SQL_TRANSACTION,
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
        ];
        self.code().is_some_and(|code| states.contains(code))
    }

    /// The server refused a value: only the message that brought it is to blame.
    pub(super) fn is_about_a_value(&self) -> bool {
        self.code().is_some_and(|code| ["22", "23"].iter().any(|class| code.code().starts_with(class)))
    }
}

/// The words for an error, with a cure where there is one that operators miss.
pub(super) fn describe(error: &tokio_postgres::Error) -> String {
    let Some(said) = error.as_db_error() else {
        let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
        return format!("{error}{cause}");
    };
    let (code, message) = (said.code().code(), said.message());
    let cure = match said.code() {
        code if *code == SqlState::INVALID_SQL_STATEMENT_NAME || *code == SqlState::DUPLICATE_PSTATEMENT => {
            "; behind PgBouncer set max_prepared_statements there (1.21 or later)"
        }
        code if *code == SqlState::UNDEFINED_TABLE || *code == SqlState::UNDEFINED_COLUMN => {
            "; run `postrider migrate`"
        }
        _ => "",
    };
    format!("{message} (SQLSTATE {code}){cure}")
}
