//! The store in a Postgres database that any number of nodes share. Not built yet: it has no value,
//! so that nothing can be mistaken for working.

/// A handle to the database; clones share it.
#[derive(Clone, Copy)]
pub enum Postgres {}
