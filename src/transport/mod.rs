//! Ways out of the house: SMTP on a wire of our own, and `file:///dir`. A transport takes finished
//! bytes and an envelope and reports what came of them; it decides nothing beyond one attempt.

mod file;
pub mod smtp;

pub use file::deliver_to_file;
