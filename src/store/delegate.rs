//! One call, two databases.

/// Hands each call to the database in use.
macro_rules! delegate {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $kind:ty),*) -> $answer:ty;)+) => {
        impl Store {
            $($(#[$doc])*
            pub async fn $name(&self, $($arg: $kind),*) -> Result<$answer, StoreError> {
                match self {
                    Self::Sqlite(sqlite) => sqlite.$name($($arg),*).await,
                    // boxed: what waits for a server is large
                    Self::Postgres(postgres) => Box::pin(postgres.$name($($arg),*)).await,
                }
            })+
        }
    };
}
pub(super) use delegate;
